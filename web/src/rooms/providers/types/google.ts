import { Gem } from "lucide-react";
import { defineTexts } from "@/i18n";
import type { ProviderType } from "../provider-type";

export const type: ProviderType = {
  id: "google",
  order: 3,
  icon: Gem,
  texts: defineTexts({
    en: {
      name: "Google",
      about: "Gemini, by Google’s own API.",
      addressHint: "Leave it empty for Google itself. With or without /v1beta.",
      keyHint: "Made in Google AI Studio. It is kept encrypted and never shown again.",
    },
    zh: {
      name: "Google",
      about: "通过 Google 官方 API 使用 Gemini。",
      addressHint: "使用 Google 官方服务时留空。末尾的 /v1beta 可有可无。",
      keyHint: "在 Google AI Studio 中创建。密钥会加密保存，之后不再显示。",
    },
  }),
  address: { needed: false, placeholder: "https://generativelanguage.googleapis.com" },
  key: { needed: true, placeholder: "AIza…" },
  keyPage: "https://aistudio.google.com/apikey",
  prefixes: ["gemini-"],
  dialects: ["gemini"],
  wizard: { chats: /^gemini-/, favourites: ["gemini-3-flash", "gemini-2.5-flash"] },
};
