/** Region and credentials of AWS. */
import { type FieldValues, useWatch } from "react-hook-form";
import { FormField, useFormFields } from "@/form";
import { useTexts } from "@/i18n";
import { Input } from "@/ui/input";
import { Note } from "@/ui/note";
import { SecretField } from "@/ui/secret";
import { Segments } from "@/ui/segments";
import type { Provider } from "./queries";
import { texts } from "./texts";

interface Props {
  /** The name of a field, wherever in the form these are. */
  name: (field: string) => string;
  stored: Provider | undefined;
}

export function RegionFields({ name, stored }: Props) {
  const t = useTexts(texts);
  const form = useFormFields<FieldValues>();
  const signIn = useWatch({ control: form.fields.control, name: name("sign_in") });
  return (
    <>
      <FormField form={form} name={name("config.region")} label={t("region")} hint={t("regionHint")}>
        {(field) => (
          <Input {...field} autoComplete="off" spellCheck={false} placeholder="us-east-1" className="font-mono" />
        )}
      </FormField>
      {/* Of a saved one the way stays: another is chosen under Providers. */}
      {stored ? null : (
        <FormField form={form} name={name("sign_in")} label={t("signsWith")}>
          {({ id, value, onChange }) => (
            <Segments
              id={id}
              label={t("signsWith")}
              value={value}
              onChange={(next) => {
                onChange(next);
                const gone = ["api_key", "config.access_key_id", "config.secret_access_key"];
                form.fields.clearErrors(gone.map(name));
              }}
              options={[
                { value: "access_key", label: t("accessKey") },
                { value: "instance", label: t("instanceRole") },
                { value: "api_key", label: t("bedrockKey") },
              ]}
            />
          )}
        </FormField>
      )}
      {signIn === "instance" ? <Note>{t("instanceText")}</Note> : null}
      {signIn === "api_key" ? (
        <FormField form={form} name={name("api_key")} label={t("providerKey")} hint={t("providerKeyHint")}>
          {(field) => <SecretField {...field} stored={stored?.api_key} />}
        </FormField>
      ) : null}
      {signIn === "access_key" ? (
        <>
          <FormField form={form} name={name("config.access_key_id")} label={t("accessKeyId")}>
            {(field) => (
              <Input {...field} autoComplete="off" spellCheck={false} placeholder="AKIA…" className="font-mono" />
            )}
          </FormField>
          <FormField
            form={form}
            name={name("config.secret_access_key")}
            label={t("secretAccessKey")}
            hint={t("providerKeyHint")}
          >
            {(field) => <SecretField {...field} stored={stored?.config.secret_access_key} />}
          </FormField>
          <FormField
            form={form}
            name={name("config.session_token")}
            label={t("sessionToken")}
            hint={t("sessionTokenHint")}
            optional
          >
            {(field) => <SecretField {...field} stored={stored?.config.session_token} />}
          </FormField>
        </>
      ) : null}
    </>
  );
}
