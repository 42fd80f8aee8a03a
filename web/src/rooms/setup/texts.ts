import { defineTexts } from "@/i18n";

export const texts = defineTexts({
  en: { title: "Setup", empty: "Nothing here yet" },
  zh: { title: "设置", empty: "暂无内容" },
});
