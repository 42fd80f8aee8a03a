import { FormField, useFormFields } from "@/form";
import { useTexts } from "@/i18n";
import { Input } from "@/ui/input";
import type { Wish } from "./schema";
import { StepHeading } from "./step-heading";
import { texts } from "./texts";

export function KeyStep() {
  const t = useTexts(texts);
  const form = useFormFields<Wish>();
  return (
    <>
      <StepHeading title={t("keyTitle")} text={t("keyText")} />
      <FormField form={form} name="api_key.name" label={t("keyName")} hint={t("keyNameHint")}>
        {(field) => <Input {...field} autoComplete="off" autoFocus maxLength={200} />}
      </FormField>
    </>
  );
}
