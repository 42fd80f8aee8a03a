import { defineTexts } from "@/i18n";

export const texts = defineTexts({
  en: { title: "Sign in", empty: "Nothing here yet" },
  zh: { title: "登录", empty: "暂无内容" },
});
