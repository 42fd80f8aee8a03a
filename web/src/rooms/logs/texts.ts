import { defineTexts } from "@/i18n";

export const texts = defineTexts({
  en: { title: "Request log", empty: "Nothing here yet" },
  zh: { title: "请求日志", empty: "暂无内容" },
});
