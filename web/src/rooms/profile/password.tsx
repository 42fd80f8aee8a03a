import { z } from "zod";
import { FormField, FormShell, useServerForm } from "@/form";
import { useTexts } from "@/i18n";
import { useMe } from "@/shell/access";
import { Card, CardBody, CardHeader } from "@/ui/card";
import { PasswordField } from "@/ui/secret";
import { toast } from "@/ui/toast";
import { changePassword } from "./queries";
import { texts } from "./texts";

export function Password() {
  const t = useTexts(texts);
  const me = useMe();
  const form = useServerForm({
    schema: z.object({
      current_password: z.string().min(1, t("missing")),
      new_password: z.string().regex(/^(?=.*\p{Ll})(?=.*\p{Lu})(?=.*\d).{8,}$/u, t("passwordWeak")),
    }),
    defaults: { current_password: "", new_password: "" },
    submit: ({ current_password, new_password }) => changePassword(current_password, new_password),
    onDone: () => {
      form.fields.reset();
      toast({ title: t("passwordChanged"), text: t("passwordChangedText") });
    },
  });
  return (
    <Card>
      <CardHeader title={t("password")} text={t("passwordText")} />
      <CardBody>
        <FormShell form={form} submit={t("changePassword")} guard={false}>
          {/* So that password managers know whose it is. */}
          <input type="email" autoComplete="username" value={me.email} readOnly hidden />
          <FormField form={form} name="current_password" label={t("currentPassword")}>
            {(field) => <PasswordField {...field} autoComplete="current-password" />}
          </FormField>
          <FormField form={form} name="new_password" label={t("newPassword")} hint={t("passwordHint")}>
            {(field) => <PasswordField {...field} autoComplete="new-password" />}
          </FormField>
        </FormShell>
      </CardBody>
    </Card>
  );
}
