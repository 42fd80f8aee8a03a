import { defineTexts } from "@/i18n";

export const texts = defineTexts({
  en: { title: "API keys", empty: "Nothing here yet" },
  zh: { title: "API 密钥", empty: "暂无内容" },
});
