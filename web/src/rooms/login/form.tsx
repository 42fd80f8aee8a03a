import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { z } from "zod";
import { ApiError, isStatus } from "@/api";
import { FormField, FormShell, useServerForm } from "@/form";
import { useTexts } from "@/i18n";
import { signIn } from "@/shell/sign-in";
import { Input } from "@/ui/input";
import { Note } from "@/ui/note";
import { PasswordField } from "@/ui/secret";

import { texts } from "./texts";

export function LoginForm() {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const { next } = useSearch({ strict: false });
  const [waits, wait] = useCountdown();

  const form = useServerForm({
    schema: z.object({ email: z.string().min(1, t("missing")), password: z.string().min(1, t("missing")) }),
    defaults: { email: "", password: "" },
    submit: async (values) => {
      try {
        await signIn(values);
      } catch (error) {
        if (isStatus(error, 429)) wait(error.retryAfterSecs ?? 30);
        // The server does not say which of the two is wrong, and neither may the page: it is said at the last field.
        if (isStatus(error, 401)) throw new ApiError({ ...error, message: t("wrong"), field: "password" });
        throw error;
      }
    },
    // `next` comes from the address, which anybody can write: only a path of this console is followed.
    onDone: () => void navigate({ href: next?.startsWith("/") && !next.startsWith("//") ? next : "/" }),
  });
  const throttled = waits > 0 ? t("throttled", { seconds: waits }) : undefined;

  return (
    <>
      {throttled ? (
        <Note tone="warn" className="mb-4">
          {throttled}
        </Note>
      ) : null}
      <FormShell form={form} submit={t("signIn")} guard={false} blocked={throttled} wide>
        <FormField form={form} name="email" label={t("email")}>
          {(field) => <Input {...field} type="email" autoComplete="username" autoFocus />}
        </FormField>
        <FormField form={form} name="password" label={t("password")}>
          {(field) => <PasswordField {...field} autoComplete="current-password" />}
        </FormField>
      </FormShell>
    </>
  );
}

/** Seconds that are left, counted down by the clock of the page. */
function useCountdown(): [left: number, start: (seconds: number) => void] {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  return [left, setLeft];
}
