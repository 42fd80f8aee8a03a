/**
 * Values over time: lines, areas or stacked bars. Thin over uPlot, which draws a hundred thousand points without a stir.
 *
 *   <TimeChart label={t("requests")} times={secs} look="bars" stacked series={[{ name: "gpt-4o", values }]} format={compact} />
 */
import { useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { locale, useLanguage, useTexts } from "@/i18n";
import { cn } from "@/ui/cn";
import { SWATCHES, type Swatch, useThemeVersion } from "./colours";
import { Legend } from "./legend";
import { options } from "./options";
import { stack, type Values } from "./stack";
import { texts } from "./texts";
import { Tip } from "./tip";

export interface Series {
  name: string;
  values: Values;
  /** In order of the palette when absent. */
  colour?: Swatch;
}

export interface TimeChartProps {
  /** What is shown; read out, followed by the newest values. */
  label: string;
  /** The beginnings of the buckets, in seconds since the epoch, ascending. */
  times: readonly number[];
  /** Keep it stable (`useMemo`): the chart is made anew when it changes. */
  series: readonly Series[];
  look?: "line" | "area" | "bars";
  stacked?: boolean;
  /** Says a value, on the axis and in the tip. */
  format: (value: number) => string;
  height?: number;
  legend?: boolean;
  /** A stretch of time was marked with the mouse. */
  onZoom?: (from: number, to: number) => void;
  className?: string;
}

export function TimeChart({
  label,
  times,
  series,
  look = "area",
  stacked = false,
  format,
  height = 200,
  legend = series.length > 1,
  onZoom,
  className,
}: TimeChartProps) {
  const t = useTexts(texts);
  const here = locale(useLanguage());
  const theme = useThemeVersion();
  const box = useRef<HTMLDivElement>(null);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [cursor, setCursor] = useState<{ index: number; left: number }>();

  const coloured = useMemo(
    () =>
      series.map((one, index) => ({
        ...one,
        colour: one.colour ?? SWATCHES[index % SWATCHES.length] ?? "chart-1",
      })),
    [series],
  );
  const shown = useMemo(() => coloured.filter(({ name }) => !hidden.has(name)), [coloured, hidden]);

  const latest = useRef({ format, onZoom });
  latest.current = { format, onZoom };

  // biome-ignore lint/correctness/useExhaustiveDependencies: `theme` and `here` change what is drawn
  useEffect(() => {
    const target = box.current;
    if (!target) return;
    const values = shown.map((one) => one.values);
    const drawn = stacked ? stack(values) : values;
    // Of a stack the tallest comes first, and the lower ones are drawn over it.
    const order = stacked ? shown.map((_, index) => shown.length - 1 - index) : shown.map((_, index) => index);
    const chart = new uPlot(
      options({
        width: target.clientWidth,
        height,
        look,
        stacked,
        colours: order.map((index) => shown[index]?.colour ?? "chart-1"),
        locale: here,
        format: (value) => latest.current.format(value),
        onCursor: setCursor,
        onZoom: latest.current.onZoom ? (from, to) => latest.current.onZoom?.(from, to) : undefined,
      }),
      [times, ...order.map((index) => drawn[index] ?? [])] as uPlot.AlignedData,
      target,
    );
    const resize = new ResizeObserver(() => chart.setSize({ width: target.clientWidth, height }));
    resize.observe(target);
    return () => {
      resize.disconnect();
      chart.destroy();
      setCursor(undefined);
    };
  }, [times, shown, look, stacked, height, theme, here]);

  const newest = coloured.map((one) => `${one.name} ${format(one.values.at(-1) ?? 0)}`).join(", ");

  return (
    <figure className={cn("grid min-w-0 gap-2", className)}>
      <div className="relative min-w-0">
        <div ref={box} role="img" aria-label={t("summary", { label, newest })} style={{ height }} className="min-w-0" />
        {cursor ? <Tip {...cursor} times={times} series={shown} format={format} /> : null}
      </div>
      {legend ? (
        <Legend
          series={coloured}
          hidden={hidden}
          onToggle={(name) => {
            const next = new Set(hidden);
            if (!next.delete(name)) next.add(name);
            setHidden(next);
          }}
        />
      ) : null}
    </figure>
  );
}
