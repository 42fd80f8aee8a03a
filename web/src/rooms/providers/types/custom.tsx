import { Server } from "lucide-react";
import { FormField, useFormFields } from "@/form";
import { defineTexts, useTexts } from "@/i18n";
import { Choice } from "@/ui/checkbox";
import type { ProviderType } from "../provider-type";
import type { ProviderValues } from "../values";

const DIALECTS = [
  { id: "chat", name: "Chat Completions", path: "/v1/chat/completions" },
  { id: "responses", name: "Responses", path: "/v1/responses" },
  { id: "messages", name: "Messages", path: "/v1/messages" },
  { id: "embeddings", name: "Embeddings", path: "/v1/embeddings" },
  { id: "completions", name: "Completions", path: "/v1/completions" },
  { id: "moderations", name: "Moderations", path: "/v1/moderations" },
  { id: "images", name: "Images", path: "/v1/images/…" },
  { id: "audio", name: "Audio", path: "/v1/audio/…" },
  { id: "rerank", name: "Rerank", path: "/v1/rerank" },
] as const;

const fieldTexts = defineTexts({
  en: {
    askUsage: "Ask for token counts in streams",
    askUsageHint:
      "Sends stream_options.include_usage. Turn it off only for servers that refuse it: their streams are then not counted exactly.",
    keepsResponses: "It keeps responses",
    keepsResponsesHint:
      "previous_response_id is passed on to it. Turn it off for servers without a memory: ThinkWatch then keeps what clients ask to be stored.",
    dialects: "What it speaks",
    dialectsHint:
      "Most compatible servers speak Chat Completions. Calls to Responses and Messages are translated; the others go only where they are ticked.",
  },
  zh: {
    askUsage: "在流式响应中请求 Token 用量",
    askUsageHint: "发送 stream_options.include_usage。仅当服务器拒绝该选项时才关闭，关闭后流式用量无法精确统计。",
    keepsResponses: "由服务器保存响应",
    keepsResponsesHint:
      "previous_response_id 会原样转发。服务器不保存响应时请关闭，客户端要求保存的内容将由 ThinkWatch 保存。",
    dialects: "支持的接口",
    dialectsHint:
      "大多数兼容服务器支持 Chat Completions。Responses 和 Messages 调用会自动转换，其余接口只发往已勾选的服务器。",
  },
});

export const type: ProviderType = {
  id: "custom",
  order: 9,
  icon: Server,
  texts: defineTexts({
    en: {
      name: "Compatible server",
      about: "vLLM, Ollama, OpenRouter and others that speak OpenAI’s API.",
      addressHint: "Where it answers, with or without /v1.",
      keyHint: "If the server wants one. It is kept encrypted and never shown again.",
    },
    zh: {
      name: "兼容服务器",
      about: "vLLM、Ollama、OpenRouter 等兼容 OpenAI API 的服务。",
      addressHint: "服务地址，末尾的 /v1 可有可无。",
      keyHint: "如服务器需要则填写。密钥会加密保存，之后不再显示。",
    },
  }),
  address: { needed: true, placeholder: "https://llm.example.com/v1" },
  key: { needed: false, placeholder: "" },
  prefixes: [],
  dialects: ["chat", "embeddings", "completions", "moderations", "images", "audio", "rerank"],
  wizard: { name: "local", chats: /./, favourites: [], local: true },
  Fields,
};

function Fields() {
  const t = useTexts(fieldTexts);
  const form = useFormFields<ProviderValues>();
  return (
    <>
      <FormField form={form} name="dialects" label={t("dialects")} hint={t("dialectsHint")}>
        {({ id, value, onChange, "aria-describedby": described }) => (
          <fieldset id={id} aria-describedby={described} className="grid gap-2.5 rounded-lg border p-3 sm:grid-cols-2">
            <legend className="sr-only">{t("dialects")}</legend>
            {DIALECTS.map((dialect) => (
              <Choice
                key={dialect.id}
                checked={value.includes(dialect.id)}
                onCheckedChange={(on) =>
                  onChange(on ? [...value, dialect.id] : value.filter((other) => other !== dialect.id))
                }
                label={dialect.name}
                hint={<code>{dialect.path}</code>}
              />
            ))}
          </fieldset>
        )}
      </FormField>
      <Choice
        checked={form.fields.watch("ask_usage")}
        onCheckedChange={(on) => form.fields.setValue("ask_usage", on === true, { shouldDirty: true })}
        label={t("askUsage")}
        hint={t("askUsageHint")}
      />
      {form.fields.watch("dialects").includes("responses") && (
        <Choice
          checked={form.fields.watch("keeps_responses")}
          onCheckedChange={(on) => form.fields.setValue("keeps_responses", on === true, { shouldDirty: true })}
          label={t("keepsResponses")}
          hint={t("keepsResponsesHint")}
        />
      )}
    </>
  );
}
