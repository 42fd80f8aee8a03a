import { Cloud } from "lucide-react";
import { FormField, useFormFields } from "@/form";
import { defineTexts, useTexts } from "@/i18n";
import { Input } from "@/ui/input";
import type { ProviderType } from "../provider-type";
import type { ProviderValues } from "../values";

const fieldTexts = defineTexts({
  en: {
    version: "API version",
    versionHint: "A date, or v1 for the API without dates. Leave it empty unless a deployment wants another one.",
  },
  zh: {
    version: "API 版本",
    versionHint: "日期，或使用 v1 表示不带日期的 API。除非某个部署需要其他版本，否则留空。",
  },
});

export const type: ProviderType = {
  id: "azure",
  order: 4,
  icon: Cloud,
  texts: defineTexts({
    en: {
      name: "Azure OpenAI",
      about: "Deployments of a resource of yours in Azure.",
      addressHint: "The endpoint of your resource, as Azure shows it beside its keys.",
      keyHint: "One of the two keys of the resource. It is kept encrypted and never shown again.",
    },
    zh: {
      name: "Azure OpenAI",
      about: "您在 Azure 资源中的部署。",
      addressHint: "资源的终结点，在 Azure 中与密钥显示在同一页面。",
      keyHint: "资源的两个密钥中的任意一个。密钥会加密保存，之后不再显示。",
    },
  }),
  address: { needed: true, placeholder: "https://NAME.openai.azure.com" },
  key: { needed: true, placeholder: "" },
  keyPage: "https://ai.azure.com",
  prefixes: [],
  dialects: ["chat", "responses", "embeddings", "completions", "images", "audio"],
  wizard: { chats: /./, favourites: [], namesTyped: true },
  settings: ["api_version"],
  Fields,
  modelsHint: defineTexts({
    en: {
      hint: "The list has the models that could be deployed. Calls go to deployments, by the names you gave them in Azure: choose here what is deployed under the same name, and add the others by name.",
    },
    zh: {
      hint: "列表中是可部署的模型，而调用使用您在 Azure 中指定的部署名称。部署名称与模型相同的可在此选择，其余请按名称添加。",
    },
  }),
};

function Fields() {
  const t = useTexts(fieldTexts);
  const form = useFormFields<ProviderValues>();
  return (
    <FormField form={form} name="api_version" label={t("version")} hint={t("versionHint")} optional>
      {(field) => (
        <Input
          {...field}
          autoComplete="off"
          spellCheck={false}
          placeholder="2024-10-21"
          className="w-56 font-mono max-sm:w-full"
        />
      )}
    </FormField>
  );
}
