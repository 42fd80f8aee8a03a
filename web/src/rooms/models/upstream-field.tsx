import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { FormField, useFormFields } from "@/form";
import { type PlainKey, useTexts } from "@/i18n";
import { useMay } from "@/shell/access";
import { Input } from "@/ui/input";
import { type Provider, remoteModelsQuery } from "./queries";
import { texts } from "./texts";
import type { ModelValues } from "./values";

/** Where names are not those of models, and a list of models does not have them all. */
const NAMED: Readonly<Record<string, PlainKey<typeof texts>>> = {
  azure: "namedByDeployment",
  bedrock: "namedByProfile",
};

/** What the provider calls the model: completed from what it lists, once somebody comes near the field. */
export function UpstreamField({ at, provider }: { at: number; provider: Provider | undefined }) {
  const t = useTexts(texts);
  const form = useFormFields<ModelValues>();
  const [near, come] = useState(false);
  const mayAsk = useMay("providers:test");
  const { data, isError, isFetching } = useQuery({
    ...remoteModelsQuery(provider?.id ?? ""),
    enabled: near && mayAsk && provider?.enabled === true,
  });
  const own = form.fields.watch("model_id").trim();
  const name = form.fields.watch(`routes.${at}.upstream_model`).trim() || own;
  const unlisted = data !== undefined && name !== "" && !data.some((model) => model.id === name);
  const list = `upstream-${at}`;
  const named = NAMED[provider?.provider_type ?? ""];

  return (
    <FormField
      form={form}
      name={`routes.${at}.upstream_model`}
      label={t("upstream")}
      hint={
        isFetching ? (
          t("asking")
        ) : named ? (
          t(named)
        ) : isError ? (
          t("notListed")
        ) : unlisted ? (
          <span className="text-warn-text">{t("unlisted")}</span>
        ) : undefined
      }
    >
      {(field) => (
        <>
          <Input
            {...field}
            list={list}
            onFocus={() => come(true)}
            placeholder={own || t("sameName")}
            autoComplete="off"
            spellCheck={false}
            className="font-mono"
          />
          <datalist id={list}>
            {data?.map((model) => (
              <option key={model.id} value={model.id}>
                {model.display_name ?? undefined}
              </option>
            ))}
          </datalist>
        </>
      )}
    </FormField>
  );
}
