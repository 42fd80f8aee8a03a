import { Sparkles } from "lucide-react";
import { defineTexts } from "@/i18n";
import type { ProviderType } from "../provider-type";

export const type: ProviderType = {
  id: "openai",
  order: 1,
  icon: Sparkles,
  texts: defineTexts({
    en: {
      name: "OpenAI",
      about: "GPT and o-series, by OpenAI’s own API.",
      addressHint: "Leave it empty for OpenAI itself. With or without /v1.",
      keyHint: "A project key is enough. It is kept encrypted and never shown again.",
    },
    zh: {
      name: "OpenAI",
      about: "通过 OpenAI 官方 API 使用 GPT 和 o 系列。",
      addressHint: "使用 OpenAI 官方服务时留空。末尾的 /v1 可有可无。",
      keyHint: "使用项目密钥即可。密钥会加密保存，之后不再显示。",
    },
  }),
  address: { needed: false, placeholder: "https://api.openai.com" },
  key: { needed: true, placeholder: "sk-…" },
  keyPage: "https://platform.openai.com/api-keys",
  prefixes: [
    "gpt-",
    "o1",
    "o3",
    "o4",
    "chatgpt-",
    "text-embedding-",
    "gpt-image-",
    "dall-e-",
    "whisper-",
    "tts-",
    "omni-moderation-",
    "text-moderation-",
    "babbage-",
    "davinci-",
  ],
  dialects: ["chat", "responses", "embeddings", "completions", "moderations", "images", "audio"],
  wizard: {
    chats: /^(gpt-|o[134](-|$)|chatgpt-)/,
    favourites: ["gpt-5-mini", "gpt-4.1-mini", "gpt-4o-mini"],
  },
};
