import { Check, Circle } from "lucide-react";
import { useWatch } from "react-hook-form";
import { FormField, useFormFields } from "@/form";
import { useTexts } from "@/i18n";
import { cn } from "@/ui/cn";
import { Input } from "@/ui/input";
import { PasswordField } from "@/ui/secret";
import { PASSWORD_RULES, type Wish } from "./schema";
import { StepHeading } from "./step-heading";
import { texts } from "./texts";

export function AccountStep() {
  const t = useTexts(texts);
  const form = useFormFields<Wish>();
  return (
    <>
      <StepHeading title={t("accountTitle")} text={t("accountText")} />
      <FormField form={form} name="admin.display_name" label={t("displayName")} optional>
        {(field) => <Input {...field} autoComplete="name" autoFocus maxLength={200} />}
      </FormField>
      <FormField form={form} name="admin.email" label={t("email")}>
        {(field) => <Input {...field} type="email" autoComplete="username" placeholder="you@example.com" />}
      </FormField>
      <FormField form={form} name="admin.password" label={t("password")} hint={<PasswordRules />}>
        {(field) => <PasswordField {...field} autoComplete="new-password" />}
      </FormField>
    </>
  );
}

/** The rules, ticked off while one types: no guessing, no surprise after sending. */
function PasswordRules() {
  const t = useTexts(texts);
  const { fields } = useFormFields<Wish>();
  const password = useWatch({ control: fields.control, name: "admin.password" });
  return (
    <span className="mt-0.5 flex flex-wrap gap-x-4 gap-y-1">
      {PASSWORD_RULES.map(([name, holds]) => {
        const kept = holds(password);
        const Icon = kept ? Check : Circle;
        return (
          <span key={name} className={cn("inline-flex items-center gap-1", kept && "text-good-text")}>
            <Icon aria-label={kept ? t("kept") : t("notKept")} className={kept ? "size-3.5" : "mx-0.5 size-2.5"} />
            {t(name)}
          </span>
        );
      })}
    </span>
  );
}
