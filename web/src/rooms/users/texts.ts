import { defineTexts } from "@/i18n";

export const texts = defineTexts({
  en: { title: "Users", empty: "Nothing here yet" },
  zh: { title: "用户", empty: "暂无内容" },
});
