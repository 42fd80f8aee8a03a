import { useNavigate, useSearch } from "@tanstack/react-router";
import { z } from "zod";
import { ApiError, isStatus } from "@/api";
import { FormField, FormShell, useServerForm } from "@/form";
import { useTexts } from "@/i18n";
import { signIn } from "@/shell/sign-in";
import { Input } from "@/ui/input";
import { PasswordField } from "@/ui/secret";
import { texts } from "./texts";

export function LoginForm() {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const { next } = useSearch({ strict: false });

  const form = useServerForm({
    schema: z.object({ email: z.string().min(1, t("missing")), password: z.string().min(1, t("missing")) }),
    defaults: { email: "", password: "" },
    submit: async (values) => {
      try {
        await signIn(values);
      } catch (error) {
        // The server does not say which of the two is wrong, and neither may the page: it is said at the last field.
        if (isStatus(error, 401)) throw new ApiError({ ...error, message: t("wrong"), field: "password" });
        throw error;
      }
    },
    // `next` comes from the address, which anybody can write: only a path of this console is followed.
    onDone: () => void navigate({ href: next?.startsWith("/") && !next.startsWith("//") ? next : "/" }),
  });

  return (
    <FormShell form={form} submit={t("signIn")} guard={false} wide>
      <FormField form={form} name="email" label={t("email")}>
        {(field) => <Input {...field} type="email" autoComplete="username" autoFocus />}
      </FormField>
      <FormField form={form} name="password" label={t("password")}>
        {(field) => <PasswordField {...field} autoComplete="current-password" />}
      </FormField>
    </FormShell>
  );
}
