import { defineTexts } from "@/i18n";

export const texts = defineTexts({
  en: { title: "API docs", empty: "Nothing here yet" },
  zh: { title: "API 文档", empty: "暂无内容" },
});
