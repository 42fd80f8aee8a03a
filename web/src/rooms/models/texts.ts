import { defineTexts } from "@/i18n";

export const texts = defineTexts({
  en: { title: "Models", empty: "Nothing here yet" },
  zh: { title: "模型", empty: "暂无内容" },
});
