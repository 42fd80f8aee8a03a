/** The steps before there is an account: one form, one request, and nothing typed is lost on the way. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ArrowLeft, ArrowRight } from "lucide-react";
import { useRef, useState } from "react";
import { FormProvider } from "react-hook-form";
import { ApiError, isStatus, NetworkError } from "@/api";
import { FormError, useServerForm } from "@/form";
import { useTexts } from "@/i18n";
import { signIn } from "@/shell/sign-in";
import { Button } from "@/ui/button";
import { AccountStep } from "./account-step";
import { KeyStep } from "./key-step";
import { LeaveGuard } from "./leave-guard";
import { ProviderStep } from "./provider-step";
import { initialize, type Made } from "./queries";
import { bodyOf as reachOf } from "./reach";
import { DEFAULTS, FIELDS, STEPS, type Step, stepOf, type Wish, wishSchema } from "./schema";
import { Steps } from "./steps";
import { texts } from "./texts";

export interface Done {
  wish: Wish;
  /** The secret of the key, if one was made and its answer arrived. */
  secret: string | undefined;
}

export function SetupForm({ onDone, onTaken }: { onDone: (done: Done) => void; onTaken: () => void }) {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const { step: wanted } = useSearch({ strict: false });
  const [reached, setReached] = useState(0);
  // An address may name any step; those before it must have been filled in.
  const at = Math.min(Math.max(STEPS.indexOf(wanted as Step), 0), reached);
  const step = STEPS[at] ?? "account";
  /** A request got no answer: it may have been carried out all the same. */
  const unanswered = useRef(false);
  const made = useRef<Made>(undefined);

  const form = useServerForm<Wish, void>({
    schema: wishSchema(t),
    defaults: DEFAULTS,
    submit: async (wish) => {
      if (!made.current) {
        try {
          made.current = await initialize(bodyOf(wish));
        } catch (error) {
          if (error instanceof NetworkError) unanswered.current = true;
          if (error instanceof ApiError && error.field) await go(stepOf(error.field));
          if (!(error instanceof ApiError) || error.code !== "already_initialized") throw error;
          // By this very form, if its answer was lost on the way: then its password is the right one.
          if (unanswered.current && (await signsIn(wish))) onDone({ wish, secret: undefined });
          else onTaken();
          return;
        }
      }
      await signIn({ email: wish.admin.email.trim(), password: wish.admin.password });
      onDone({ wish, secret: made.current.api_key?.key });
    },
    onDone: () => undefined,
  });

  async function go(to: Step, replace = false) {
    setReached((before) => Math.max(before, STEPS.indexOf(to)));
    await navigate({ to: "/setup", search: to === "account" ? {} : { step: to }, replace });
  }

  async function next() {
    // Touched: from now on an error goes as soon as it is mended, not when the field is left. Leaving it by a press on the
    // button would move the button from under the pointer.
    for (const name of FIELDS[step]) form.fields.setValue(name, form.fields.getValues(name), { shouldTouch: true });
    if (!(await form.fields.trigger(FIELDS[step], { shouldFocus: true }))) return;
    const following = STEPS[at + 1];
    if (following) {
      await go(following);
      return;
    }
    // The forward button of the browser can pass a step that was made wrong again.
    if (!(await form.fields.trigger())) {
      await go(stepOf(Object.keys(form.fields.formState.errors)[0] ?? ""));
      return;
    }
    await form.send();
  }

  /** Without what this step would make. What was typed stays, should they come back. */
  async function skip() {
    form.fields.setValue(step === "provider" ? "with_provider" : "with_key", false);
    form.fields.clearErrors(step === "provider" ? "provider" : "api_key");
    if (step === "provider") await go("key");
    else await next();
  }

  async function submit() {
    if (form.busy) return;
    if (step === "provider") form.fields.setValue("with_provider", true);
    if (step === "key") form.fields.setValue("with_key", true);
    await next();
  }

  const last = step === "key";
  return (
    <FormProvider {...form.fields}>
      <Steps at={at} reached={reached} onGo={(index) => void go(STEPS[index] ?? "account")} />
      <form
        noValidate
        className="mt-6 grid gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <FormError form={form} />
        {step === "account" ? <AccountStep /> : null}
        {step === "provider" ? <ProviderStep /> : null}
        {step === "key" ? <KeyStep /> : null}
        <div className="flex flex-wrap items-center gap-2">
          {at > 0 ? (
            <Button look="quiet" onClick={() => void go(STEPS[at - 1] ?? "account")} className="-ml-2">
              <ArrowLeft />
              {t("back")}
            </Button>
          ) : null}
          <div className="ml-auto flex flex-wrap justify-end gap-2">
            {at > 0 ? (
              <Button look="quiet" onClick={() => void skip()} disabled={form.busy || form.waits > 0}>
                {last ? t("skipKey") : t("skipProvider")}
              </Button>
            ) : null}
            <Button type="submit" look="primary" busy={form.busy} blocked={form.waits > 0 ? t("waiting") : undefined}>
              {last ? t("finish") : t("next")}
              {last ? null : <ArrowRight />}
            </Button>
          </div>
        </div>
      </form>
      <LeaveGuard leaves={form.unsaved} title={t("leaveTitle")} text={t("leaveText")} verb={t("leave")} />
    </FormProvider>
  );
}

async function signsIn(wish: Wish): Promise<boolean> {
  try {
    await signIn({ email: wish.admin.email.trim(), password: wish.admin.password });
    return true;
  } catch (error) {
    if (isStatus(error, 401)) return false;
    throw error;
  }
}

function bodyOf(wish: Wish): Parameters<typeof initialize>[0] {
  const { name, provider_type } = wish.provider;
  return {
    admin: {
      email: wish.admin.email.trim(),
      display_name: wish.admin.display_name.trim(),
      password: wish.admin.password,
    },
    ...(wish.with_provider
      ? {
          provider: {
            name: name.trim(),
            provider_type,
            ...reachOf(provider_type, wish.provider),
          },
        }
      : {}),
    ...(wish.with_key ? { api_key: { name: wish.api_key.name.trim() } } : {}),
  };
}
