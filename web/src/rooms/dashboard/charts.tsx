import { type ReactNode, useMemo } from "react";
import { peak, type Swatch, TimeChart, type TimeChartProps } from "@/charts";
import { compactNumber, duration, exactNumber, shortMoney } from "@/format";
import { locale, type PlainKey, useLanguage, useTexts } from "@/i18n";
import { Card } from "@/ui/card";
import { cn } from "@/ui/cn";
import { zoomed } from "./range";
import { type Course, TOKEN_CLASSES, type TokenClass } from "./series";
import { texts } from "./texts";

/** What goes in is cool, what comes out is warm. */
const CLASSES: Readonly<Record<TokenClass, { name: PlainKey<typeof texts>; colour: Swatch }>> = {
  input: { name: "input", colour: "chart-1" },
  cacheRead: { name: "cacheReadShort", colour: "chart-2" },
  cacheWrite: { name: "cacheWriteShort", colour: "chart-5" },
  output: { name: "output", colour: "chart-3" },
  reasoning: { name: "reasoningShort", colour: "chart-4" },
};

/** The courses, with the feed beside them and the health after them. */
export function Charts({
  course,
  onZoom,
  feed,
  last,
}: {
  course: Course;
  onZoom: (range: string) => void;
  feed: ReactNode;
  last: ReactNode;
}) {
  const t = useTexts(texts);
  const here = locale(useLanguage());
  const series = useMemo(
    () => ({
      requests: [
        { name: t("requests"), values: course.requests },
        { name: t("errors"), values: course.errors, colour: "bad-text" as const },
      ],
      cost: [{ name: t("cost"), values: course.cost }],
      tokens: TOKEN_CLASSES.filter(
        // The two that every call has, and what else there was: a name without a colour in the chart is one too many.
        (one) => one === "input" || one === "output" || peak(course.classes[one]) !== undefined,
      ).map((one) => ({
        name: t(one === "output" && peak(course.classes.reasoning) !== undefined ? "otherOutput" : CLASSES[one].name),
        values: course.classes[one],
        colour: CLASSES[one].colour,
      })),
      latency: [
        { name: "p95", values: course.latency95, colour: "chart-3" as const },
        { name: "p50", values: course.latency50, colour: "chart-1" as const },
      ],
      ttft: [
        { name: "p95", values: course.ttft95, colour: "chart-3" as const },
        { name: "p50", values: course.ttft50, colour: "chart-1" as const },
      ],
    }),
    [course, t],
  );
  const shared = {
    times: course.times,
    step: course.step,
    partial: course.partial,
    empty: t("noCalls"),
    onZoom: (from: number, to: number) => onZoom(zoomed(from, to, new Date())),
  };
  const count = {
    format: (n: number) => compactNumber(n, here),
    exact: (n: number) => exactNumber(n, here),
    whole: true,
  };
  const money = { format: (n: number) => shortMoney(n.toFixed(9), here) };
  const time = { format: (n: number) => (n === 0 ? "0" : duration(n, here)) };

  return (
    <div className="grid min-w-0 gap-4 md:grid-cols-2 xl:grid-cols-6">
      <Chart
        {...shared}
        {...count}
        label={t("requests")}
        series={series.requests}
        look="bars"
        height={248}
        className={cn("md:col-span-2", feed ? "xl:col-span-4" : "xl:col-span-6")}
      />
      {feed ? <div className="min-w-0 md:col-span-2 xl:row-span-2">{feed}</div> : null}
      <Chart
        {...shared}
        {...money}
        label={t("cost")}
        series={series.cost}
        look="area"
        className={feed ? "xl:col-span-2" : "xl:col-span-3"}
      />
      <Chart
        {...shared}
        {...count}
        label={t("tokens")}
        series={series.tokens}
        look="area"
        stacked
        className={feed ? "xl:col-span-2" : "xl:col-span-3"}
      />
      <Chart
        {...shared}
        {...time}
        label={t("latency")}
        series={series.latency}
        look="line"
        className={last ? "xl:col-span-2" : "xl:col-span-3"}
      />
      <Chart
        {...shared}
        {...time}
        label={t("ttft")}
        series={series.ttft}
        look="line"
        className={last ? "xl:col-span-2" : "xl:col-span-3"}
      />
      {last ? <div className="min-w-0 md:col-span-2">{last}</div> : null}
    </div>
  );
}

function Chart({ label, className, height = 176, ...rest }: TimeChartProps) {
  return (
    <Card className={cn("min-w-0 p-4 pt-2.5 pr-3 pb-2", className)}>
      <TimeChart
        label={label}
        heading={<h2 className="font-semibold text-base">{label}</h2>}
        height={height}
        {...rest}
      />
    </Card>
  );
}
