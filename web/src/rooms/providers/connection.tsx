/** Where a provider is and the key it wants: fields that most types have. */
import { FormField, useFormFields } from "@/form";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Input } from "@/ui/input";
import { SecretField } from "@/ui/secret";
import type { ProviderType } from "./provider-type";
import type { Provider } from "./queries";
import { texts } from "./texts";
import type { ProviderValues } from "./values";

export function Address({ type }: { type: ProviderType }) {
  const t = useTexts(texts);
  const form = useFormFields<ProviderValues>();
  const say = useTexts(type.texts);
  return (
    <FormField
      form={form}
      name="base_url"
      label={t("address")}
      hint={say("addressHint")}
      {...(type.address?.needed ? {} : { optional: true })}
    >
      {(field) => (
        <Input
          {...field}
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          placeholder={type.address?.placeholder}
          className="font-mono"
        />
      )}
    </FormField>
  );
}

export function Key({
  type,
  stored,
  replaced = false,
}: {
  type: ProviderType;
  stored: Provider | undefined;
  /** It goes by choosing something else, not by itself. */
  replaced?: boolean;
}) {
  const t = useTexts(texts);
  const form = useFormFields<ProviderValues>();
  const say = useTexts(type.texts);
  const without = form.fields.watch("without_key");
  const hint = (
    <>
      {stored?.api_key ? (without ? t("keyGoes") : t("keyStays")) : say("keyHint")}
      {type.keyPage ? (
        <>
          {" "}
          <KeyPage href={type.keyPage} />
        </>
      ) : null}
    </>
  );
  return (
    <FormField
      form={form}
      name="api_key"
      label={t("key")}
      hint={hint}
      optional={!type.key.needed && !stored?.api_key}
      {...(stored?.api_key && !replaced
        ? {
            aside: (
              <Button
                look="link"
                className="text-xs"
                onClick={() => form.fields.setValue("without_key", !without, { shouldDirty: true })}
              >
                {without ? t("keepKey") : t("removeKey")}
              </Button>
            ),
          }
        : {})}
    >
      {(field) => (
        <SecretField {...field} stored={without ? undefined : stored?.api_key} placeholder={type.key.placeholder} />
      )}
    </FormField>
  );
}

/** Where a credential is made. */
export function KeyPage({ href }: { href: string }) {
  const t = useTexts(texts);
  return (
    <a href={href} target="_blank" rel="noreferrer" className="text-accent-text underline underline-offset-4">
      {t("keyPage")}
    </a>
  );
}
