export { Sparkline } from "./sparkline";
export { total, type Values } from "./stack";
export { type Series, TimeChart, type TimeChartProps } from "./time-chart";
