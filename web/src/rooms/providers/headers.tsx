import { Plus, Trash2 } from "lucide-react";
import { useFieldArray } from "react-hook-form";
import { FormField, useFormFields } from "@/form";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Input } from "@/ui/input";
import { SecretField } from "@/ui/secret";
import { texts } from "./texts";
import type { ProviderValues } from "./values";

/** Extra headers: values are secrets like the key, so those that are stored are only kept, replaced or removed. */
export function Headers() {
  const t = useTexts(texts);
  const form = useFormFields<ProviderValues>();
  const { control, formState, clearErrors } = form.fields;
  const rows = useFieldArray({ control, name: "headers" });
  const error = formState.errors.headers?.message ?? formState.errors.headers?.root?.message;

  return (
    <fieldset className="grid gap-2" aria-describedby={error ? "headers-error" : undefined}>
      <legend className="mb-1.5 font-medium text-sm">{t("headers")}</legend>
      <p className="text-muted text-xs">{t("headersHint")}</p>
      {rows.fields.map((row, at) => (
        <div key={row.id} className="flex items-start gap-2">
          <FormField
            form={form}
            name={`headers.${at}.name`}
            label={<span className="sr-only">{t("headerName")}</span>}
            className="w-2/5 gap-0"
          >
            {(field) => (
              <Input
                {...field}
                readOnly={row.stored !== ""}
                placeholder="x-header"
                autoComplete="off"
                spellCheck={false}
                className="font-mono read-only:bg-sunken read-only:text-muted"
              />
            )}
          </FormField>
          <FormField
            form={form}
            name={`headers.${at}.value`}
            label={<span className="sr-only">{t("headerValue", { name: row.name })}</span>}
            className="flex-1 gap-0"
          >
            {(field) => <SecretField {...field} stored={row.stored} placeholder={t("value")} />}
          </FormField>
          <Button
            look="quiet"
            size="icon"
            aria-label={t("removeHeader", { name: form.fields.getValues(`headers.${at}.name`) })}
            onClick={() => {
              rows.remove(at);
              clearErrors("headers");
            }}
          >
            <Trash2 />
          </Button>
        </div>
      ))}
      {error ? (
        <p id="headers-error" role="alert" className="text-bad-text text-xs">
          {error}
        </p>
      ) : null}
      <Button size="sm" className="w-fit" onClick={() => rows.append({ name: "", value: "", stored: "" })}>
        <Plus />
        {t("addHeader")}
      </Button>
    </fieldset>
  );
}
