export type { Swatch } from "./colours";
export { Sparkline } from "./sparkline";
export { peak, total, type Values } from "./stack";
export { type Series, TimeChart, type TimeChartProps } from "./time-chart";
