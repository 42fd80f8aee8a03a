import { defineTexts } from "@/i18n";

export const texts = defineTexts({
  en: { title: "Configuration guide", empty: "Nothing here yet" },
  zh: { title: "配置指南", empty: "暂无内容" },
});
