import { Mountain } from "lucide-react";
import { FormField, useFormFields } from "@/form";
import { defineTexts, useTexts } from "@/i18n";
import { Input } from "@/ui/input";
import { Note } from "@/ui/note";
import { SecretField } from "@/ui/secret";
import { Segments } from "@/ui/segments";
import { Key, KeyPage } from "../connection";
import type { ProviderType, Setting } from "../provider-type";
import type { Provider } from "../queries";
import type { ProviderValues } from "../values";

const fieldTexts = defineTexts({
  en: {
    accessKey: "IAM access key",
    accessKeyId: "Access key ID",
    accessKeyIdHint:
      "Of somebody with the permissions bedrock:InvokeModel, bedrock:InvokeModelWithResponseStream and, to list models, bedrock:ListFoundationModels.",
    apiKey: "Bedrock API key",
    endpoint: "Endpoint",
    endpointHint: "Only for a private endpoint or a proxy: the region’s own is used otherwise.",
    instance: "Instance role",
    instanceText:
      "Calls are signed with the role of the machine that ThinkWatch runs on: an EC2 instance, an ECS task or a pod of EKS. Nothing secret is kept. “Test connection” says which role was found.",
    keepSecret: "Leave it empty to keep the stored one.",
    region: "Region",
    regionHint: "Where your models are enabled.",
    secret: "Secret access key",
    secretHint: "It is kept encrypted and never shown again.",
    signIn: "Signs calls with",
    token: "Session token",
    tokenHint: "Only with temporary credentials, which end with it.",
  },
  zh: {
    accessKey: "IAM 访问密钥",
    accessKeyId: "访问密钥 ID",
    accessKeyIdHint:
      "需具有 bedrock:InvokeModel 和 bedrock:InvokeModelWithResponseStream 权限；列出模型还需 bedrock:ListFoundationModels。",
    apiKey: "Bedrock API 密钥",
    endpoint: "终端节点",
    endpointHint: "仅在使用私有终端节点或代理时填写，否则使用该区域的默认地址。",
    instance: "实例角色",
    instanceText:
      "使用 ThinkWatch 所在机器的角色对调用签名：EC2 实例、ECS 任务或 EKS Pod。不保存任何机密。“测试连接”会显示所用的角色。",
    keepSecret: "留空则保留已保存的值。",
    region: "区域",
    regionHint: "已开通模型的区域。",
    secret: "秘密访问密钥",
    secretHint: "会加密保存，之后不再显示。",
    signIn: "调用签名方式",
    token: "会话令牌",
    tokenHint: "仅用于临时凭证，令牌过期后凭证失效。",
  },
});

export const type: ProviderType = {
  id: "bedrock",
  order: 5,
  icon: Mountain,
  texts: defineTexts({
    en: {
      name: "Amazon Bedrock",
      about: "Claude, Nova, Llama and others, in your AWS account.",
      addressHint: "",
      keyHint: "A long-term API key of Bedrock. It is kept encrypted and never shown again.",
    },
    zh: {
      name: "Amazon Bedrock",
      about: "在您的 AWS 账户中使用 Claude、Nova、Llama 等。",
      addressHint: "",
      keyHint: "Bedrock 的长期密钥。密钥会加密保存，之后不再显示。",
    },
  }),
  key: { needed: true, placeholder: "" },
  keyPage: "https://console.aws.amazon.com/bedrock/home#/api-keys",
  prefixes: [],
  dialects: ["converse"],
  wizard: {
    chats: /./,
    favourites: ["us.anthropic.claude-haiku", "eu.anthropic.claude-haiku", "anthropic.claude", "amazon.nova"],
  },
  settings: ["region", "endpoint", "access_key_id", "secret_access_key", "session_token"],
  missing,
  Connection,
  modelsHint: defineTexts({
    en: {
      hint: "The list has models by their own ids. Newer ones are called by an inference profile, such as us.anthropic.claude-…: those are added by name.",
    },
    zh: {
      hint: "列表按模型自身的 ID 列出。较新的模型需通过推理配置文件（如 us.anthropic.claude-…）调用，请按名称添加。",
    },
  }),
};

function missing(values: ProviderValues, stored: Provider | undefined) {
  const typed = (name: Setting | "api_key") => values[name].trim() !== "";
  const has: Partial<Record<Setting | "api_key", boolean>> = {
    region: typed("endpoint"),
    api_key: Boolean(stored?.api_key),
    secret_access_key: Boolean(stored?.config.secret_access_key),
  };
  const signs = {
    api_key: ["api_key"] as const,
    access_key: ["access_key_id", "secret_access_key"] as const,
    instance: [] as const,
  }[values.sign_in];
  return (["region", ...signs] as const).filter((name) => !typed(name) && !has[name]);
}

function Connection({ stored }: { stored: Provider | undefined }) {
  const t = useTexts(fieldTexts);
  const form = useFormFields<ProviderValues>();
  const signIn = form.fields.watch("sign_in");
  return (
    <>
      <FormField form={form} name="region" label={t("region")} hint={t("regionHint")}>
        {(field) => (
          <Input
            {...field}
            autoComplete="off"
            spellCheck={false}
            placeholder="us-east-1"
            className="w-56 font-mono max-sm:w-full"
          />
        )}
      </FormField>
      <FormField form={form} name="sign_in" label={t("signIn")}>
        {({ id, value, onChange }) => (
          <Segments
            id={id}
            label={t("signIn")}
            value={value}
            onChange={(next) => {
              onChange(next);
              form.fields.clearErrors(["api_key", "access_key_id", "secret_access_key", "session_token"]);
            }}
            options={[
              { value: "access_key", label: t("accessKey") },
              { value: "instance", label: t("instance") },
              { value: "api_key", label: t("apiKey") },
            ]}
          />
        )}
      </FormField>
      {signIn === "api_key" ? <Key type={type} stored={stored} replaced /> : null}
      {signIn === "access_key" ? <AccessKey stored={stored} /> : null}
      {signIn === "instance" ? <Note>{t("instanceText")}</Note> : null}
      <FormField form={form} name="endpoint" label={t("endpoint")} hint={t("endpointHint")} optional>
        {(field) => (
          <Input
            {...field}
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            placeholder={`https://bedrock-runtime.${form.fields.watch("region").trim() || "us-east-1"}.amazonaws.com`}
            className="font-mono"
          />
        )}
      </FormField>
    </>
  );
}

function AccessKey({ stored }: { stored: Provider | undefined }) {
  const t = useTexts(fieldTexts);
  const form = useFormFields<ProviderValues>();
  const { secret_access_key: secret, session_token: token } = stored?.config ?? {};
  return (
    <>
      <FormField
        form={form}
        name="access_key_id"
        label={t("accessKeyId")}
        hint={
          <>
            {t("accessKeyIdHint")} <KeyPage href="https://console.aws.amazon.com/iam/home#/users" />
          </>
        }
      >
        {(field) => (
          <Input {...field} autoComplete="off" spellCheck={false} placeholder="AKIA…" className="font-mono" />
        )}
      </FormField>
      <FormField
        form={form}
        name="secret_access_key"
        label={t("secret")}
        hint={secret ? t("keepSecret") : t("secretHint")}
      >
        {(field) => <SecretField {...field} stored={secret} />}
      </FormField>
      <FormField form={form} name="session_token" label={t("token")} hint={t("tokenHint")} optional>
        {(field) => <SecretField {...field} stored={token} />}
      </FormField>
    </>
  );
}
