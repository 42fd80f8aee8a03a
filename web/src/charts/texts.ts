import { defineTexts } from "@/i18n";

export const texts = defineTexts({
  en: { summary: "{label}. Newest: {newest}" },
  zh: { summary: "{label}。最新：{newest}" },
});
