import { defineTexts } from "@/i18n";

export const texts = defineTexts({
  en: { title: "Dashboard", empty: "Nothing here yet" },
  zh: { title: "仪表盘", empty: "暂无内容" },
});
