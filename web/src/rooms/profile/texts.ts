import { defineTexts } from "@/i18n";

export const texts = defineTexts({
  en: { title: "Profile", empty: "Nothing here yet" },
  zh: { title: "个人资料", empty: "暂无内容" },
});
