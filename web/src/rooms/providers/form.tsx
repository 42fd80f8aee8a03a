import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { ApiError, type Tagged } from "@/api";
import { FormField, FormShell, useServerForm } from "@/form";
import { type T, useTexts } from "@/i18n";
import { useBlocked } from "@/shell/access";
import { Button } from "@/ui/button";
import { Choice } from "@/ui/checkbox";
import { cn } from "@/ui/cn";
import { Input } from "@/ui/input";
import { Address, Key } from "./connection";
import { Headers } from "./headers";
import { TestConnection } from "./probe";
import { type ProviderType, TYPES, typeOf } from "./provider-type";
import { createProvider, type Provider, updateProvider } from "./queries";
import { texts } from "./texts";
import { TypeChoice } from "./type-name";
import {
  atItsField,
  editBody,
  FIELD_NAMES,
  freeName,
  newBody,
  newValues,
  type ProviderValues,
  storedValues,
  valuesSchema,
} from "./values";

interface Props {
  onDone: (saved: Provider) => void;
  onCancel: () => void;
}

/** A new provider. `taken` are the names that exist. */
export function NewProviderForm({ taken, ...props }: Props & { taken: readonly string[] }) {
  const t = useTexts(texts);
  return (
    <ProviderForm
      {...props}
      taken={taken}
      defaults={newValues(taken)}
      submit={(values) => createProvider(newBody(values))}
      verb={t("create")}
    />
  );
}

export function EditProviderForm({ provider, ...props }: Props & { provider: Tagged<Provider>; onReload: () => void }) {
  const t = useTexts(texts);
  const { value, etag } = provider;
  return (
    <ProviderForm
      {...props}
      stored={value}
      etag={etag}
      defaults={storedValues(value)}
      submit={(values, seen) => updateProvider(value.id, editBody(values, value), seen)}
      verb={t("save")}
    />
  );
}

interface FormProps extends Props {
  defaults: ProviderValues;
  submit: (values: ProviderValues, etag: string | undefined) => Promise<Provider>;
  verb: string;
  taken?: readonly string[];
  stored?: Provider;
  etag?: string | undefined;
  onReload?: () => void;
}

function ProviderForm({ defaults, submit, verb, taken, stored, etag, onDone, onCancel, onReload }: FormProps) {
  const t = useTexts(texts);
  const notWrite = useBlocked("providers:write");
  // Shown when it matters: for a public address it would only invite a wrong press.
  const [asksPrivate, askPrivate] = useState(defaults.allow_private_network);

  const form = useServerForm<ProviderValues, Provider>({
    schema: valuesSchema(says(t), stored),
    defaults,
    etag,
    fieldNames: FIELD_NAMES,
    onReload,
    onDone,
    submit: async (values, seen) => {
      try {
        return await submit(values, seen);
      } catch (error) {
        if (error instanceof ApiError && error.code === "private_address") askPrivate(true);
        throw atItsField(error, values, t("isPrivate"));
      }
    },
  });
  const { watch, setValue, getValues, clearErrors } = form.fields;
  const type = typeOf(watch("provider_type")) ?? TYPES[0];
  if (!type) return null;

  function choose(next: ProviderType) {
    // A name that was only suggested follows the type.
    const before = getValues("provider_type");
    if ([before, freeName(before, taken ?? [])].includes(getValues("name")))
      setValue("name", freeName(next.id, taken ?? []));
    setValue("provider_type", next.id, { shouldDirty: true });
    setValue("dialects", [...next.dialects]);
    clearErrors();
  }

  return (
    <FormShell form={form} submit={verb} onCancel={onCancel} inSheet blocked={notWrite}>
      {stored ? null : (
        <FormField form={form} name="provider_type" label={t("type")}>
          {(field) => <TypeChoice id={field.id} label={t("type")} value={field.value} onChange={choose} />}
        </FormField>
      )}
      <FormField form={form} name="name" label={t("name")} hint={t("nameHint")}>
        {(field) => <Input {...field} autoComplete="off" spellCheck={false} />}
      </FormField>
      {type.Connection ? <type.Connection stored={stored} /> : <Address type={type} />}
      {asksPrivate ? (
        <div className="rounded-lg border border-line-strong p-3">
          <Choice
            checked={watch("allow_private_network")}
            onCheckedChange={(on) => {
              setValue("allow_private_network", on === true, { shouldDirty: true });
              clearErrors(["base_url", "endpoint"]);
            }}
            label={t("private")}
            hint={t("privateHint")}
          />
        </div>
      ) : null}
      {type.Connection ? null : <Key type={type} stored={stored} />}
      <TestConnection stored={stored} onPrivateAddress={() => askPrivate(true)} />
      {type.Fields ? <type.Fields /> : null}
      <More
        open={defaults.headers.length > 0}
        wrong={["display_name", "headers", "priority"].some((name) => name in form.fields.formState.errors)}
      >
        <FormField form={form} name="display_name" label={t("displayName")} hint={t("displayNameHint")} optional>
          {(field) => <Input {...field} autoComplete="off" />}
        </FormField>
        {type.prefixes.length > 0 ? (
          <FormField
            form={form}
            name="priority"
            label={t("priority")}
            hint={t("priorityHint", { prefixes: type.prefixes.join(", ") })}
          >
            {(field) => <Input {...field} inputMode="numeric" className="w-32" />}
          </FormField>
        ) : null}
        <Headers />
      </More>
    </FormShell>
  );
}

/** What most people never need. Opens by itself when something in it is wrong. */
function More({ open, wrong, children }: { open: boolean; wrong: boolean; children: React.ReactNode }) {
  const t = useTexts(texts);
  const [wanted, want] = useState(open);
  const shown = wanted || wrong;
  return (
    <div className="grid gap-5">
      <Button look="quiet" className="-ml-2 w-fit px-2" aria-expanded={shown} onClick={() => want(!shown)}>
        <ChevronRight className={cn("transition-transform", shown && "rotate-90")} />
        {t("more")}
      </Button>
      {/* Mounted only when shown; what is typed lives in the form. */}
      {shown ? children : null}
    </div>
  );
}

const says = (t: T<(typeof texts)["en"]>) => ({
  missing: t("missing"),
  badName: t("badName"),
  badNumber: t("badNumber"),
  twice: t("headerTwice"),
  needsDialect: t("needsDialect"),
});
