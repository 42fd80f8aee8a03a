/** Address and credential of a provider: in its step, and again where a test of it failed. */
import { type FieldValues, useWatch } from "react-hook-form";
import { FormField, useFormFields } from "@/form";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Choice } from "@/ui/checkbox";
import { cn } from "@/ui/cn";
import { Input } from "@/ui/input";
import { SecretField } from "@/ui/secret";
import { LOCAL_SERVERS, looksPrivate, typeOf } from "./provider-types";
import { texts } from "./texts";

export function ProviderFields({
  at,
  type,
  stored,
  named = true,
}: {
  /** The field of the form that these are in; the form itself without. */
  at?: string;
  type: string;
  /** What the server shows of the key that it has. */
  stored?: string | null | undefined;
  named?: boolean;
}) {
  const t = useTexts(texts);
  const name = (field: string) => (at ? `${at}.${field}` : field);
  const form = useFormFields<FieldValues>();
  const { keyLooks, baseUrl, needsModels } = typeOf(type);
  const address: string = useWatch({ control: form.fields.control, name: name("base_url") }) ?? "";
  const isPrivate = looksPrivate(address);
  const allowed = useWatch({ control: form.fields.control, name: name("allow_private_network") }) === true;

  return (
    <>
      <FormField
        form={form}
        name={name("base_url")}
        label={t("baseUrl")}
        hint={needsModels ? t("baseUrlHint") : undefined}
      >
        {(field) => (
          <>
            <Input
              {...field}
              type="url"
              inputMode="url"
              autoComplete="off"
              spellCheck={false}
              placeholder={baseUrl || "http://localhost:11434"}
              className="font-mono"
            />
            {needsModels ? (
              <div className="flex flex-wrap items-center gap-1.5 text-muted text-xs">
                {t("usualServers")}
                {LOCAL_SERVERS.map((server) => (
                  <Button
                    key={server.name}
                    size="sm"
                    onClick={() => {
                      form.fields.setValue(name("base_url"), server.baseUrl, { shouldDirty: true });
                      form.fields.clearErrors(name("base_url"));
                    }}
                  >
                    {server.name}
                  </Button>
                ))}
              </div>
            ) : null}
          </>
        )}
      </FormField>
      {needsModels || isPrivate || allowed ? (
        // biome-ignore lint/a11y/noStaticElementInteractions: nothing is to be pressed here, a press is kept from moving the focus
        <div
          // Without this a press leaves the address first: what is then said there moves the box from under the pointer.
          onMouseDown={(event) => event.preventDefault()}
          className={cn("rounded-lg border p-3", isPrivate && !allowed && "border-accent bg-accent-soft")}
        >
          <Choice
            checked={allowed}
            onCheckedChange={(on) => {
              form.fields.setValue(name("allow_private_network"), on === true, { shouldDirty: true });
              form.fields.clearErrors(name("base_url"));
            }}
            label={t("allowPrivate")}
            hint={isPrivate && !allowed ? t("allowPrivateNeeded") : t("allowPrivateHint")}
          />
        </div>
      ) : null}
      <FormField
        form={form}
        name={name("api_key")}
        label={t("providerKey")}
        optional={!keyLooks}
        hint={t("providerKeyHint")}
      >
        {(field) => <SecretField {...field} stored={stored} placeholder={keyLooks ?? ""} />}
      </FormField>
      {named ? (
        <FormField form={form} name={name("name")} label={t("providerName")} hint={t("providerNameHint")}>
          {(field) => <Input {...field} autoComplete="off" spellCheck={false} maxLength={64} />}
        </FormField>
      ) : null}
    </>
  );
}
