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
import type { Provider } from "./queries";
import { RegionFields } from "./region-fields";
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
  /** What the server has of it. */
  stored?: Provider | undefined;
  named?: boolean;
}) {
  const t = useTexts(texts);
  const name = (field: string) => (at ? `${at}.${field}` : field);
  const form = useFormFields<FieldValues>();
  return (
    <>
      {typeOf(type).byRegion ? (
        <RegionFields name={name} stored={stored} />
      ) : (
        <AddressFields name={name} type={type} stored={stored} />
      )}
      {named ? (
        <FormField form={form} name={name("name")} label={t("providerName")} hint={t("providerNameHint")}>
          {(field) => <Input {...field} autoComplete="off" spellCheck={false} maxLength={64} />}
        </FormField>
      ) : null}
    </>
  );
}

function AddressFields({
  name,
  type,
  stored,
}: {
  name: (field: string) => string;
  type: string;
  stored: Provider | undefined;
}) {
  const t = useTexts(texts);
  const form = useFormFields<FieldValues>();
  const { keyLooks, baseUrl, addressLooks, local } = typeOf(type);
  const address: string = useWatch({ control: form.fields.control, name: name("base_url") }) ?? "";
  const isPrivate = looksPrivate(address);
  const allowed = useWatch({ control: form.fields.control, name: name("allow_private_network") }) === true;

  return (
    <>
      <FormField form={form} name={name("base_url")} label={t("baseUrl")} hint={local ? t("baseUrlHint") : undefined}>
        {(field) => (
          <>
            <Input
              {...field}
              type="url"
              inputMode="url"
              autoComplete="off"
              spellCheck={false}
              placeholder={baseUrl || addressLooks}
              className="font-mono"
            />
            {local ? (
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
      {local || isPrivate || allowed ? (
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
        {(field) => <SecretField {...field} stored={stored?.api_key} placeholder={keyLooks ?? ""} />}
      </FormField>
    </>
  );
}
