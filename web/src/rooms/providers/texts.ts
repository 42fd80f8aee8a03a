import { defineTexts } from "@/i18n";

export const texts = defineTexts({
  en: { title: "Providers", empty: "Nothing here yet" },
  zh: { title: "提供商", empty: "暂无内容" },
});
