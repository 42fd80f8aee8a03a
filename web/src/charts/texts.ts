import { defineTexts } from "@/i18n";

export const texts = defineTexts({
  en: {
    asTable: "{label} as a table",
    highest: "{name}: highest {value}, {when}",
    soFar: "(so far)",
    sum: "Total",
    time: "Time",
  },
  zh: {
    asTable: "以表格显示：{label}",
    highest: "{name}：最高 {value}，{when}",
    soFar: "（截至目前）",
    sum: "合计",
    time: "时间",
  },
});
