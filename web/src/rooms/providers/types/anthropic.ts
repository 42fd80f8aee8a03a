import { Asterisk } from "lucide-react";
import { defineTexts } from "@/i18n";
import type { ProviderType } from "../provider-type";

export const type: ProviderType = {
  id: "anthropic",
  order: 2,
  icon: Asterisk,
  texts: defineTexts({
    en: {
      name: "Anthropic",
      about: "Claude, by Anthropic’s own API.",
      addressHint: "Leave it empty for Anthropic itself. With or without /v1.",
      keyHint: "It is kept encrypted and never shown again.",
    },
    zh: {
      name: "Anthropic",
      about: "通过 Anthropic 官方 API 使用 Claude。",
      addressHint: "使用 Anthropic 官方服务时留空。末尾的 /v1 可有可无。",
      keyHint: "密钥会加密保存，之后不再显示。",
    },
  }),
  address: { needed: false, placeholder: "https://api.anthropic.com" },
  key: { needed: true, placeholder: "sk-ant-…" },
  keyPage: "https://console.anthropic.com/settings/keys",
  prefixes: ["claude-"],
  dialects: ["messages"],
  wizard: { chats: /^claude-/, favourites: ["claude-haiku-4-5", "claude-sonnet-4-5"] },
};
