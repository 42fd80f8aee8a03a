/**
 * Values over time: lines, areas or stacked bars. Thin over uPlot, which draws a hundred thousand points without a stir.
 *
 *   <TimeChart label={t("requests")} times={secs} look="bars" stacked series={[{ name: "gpt-4o", values }]} format={compact} />
 *
 * New values are drawn in place; the pointer, the hidden series and the focus stay. With the keyboard it is a slider over
 * its buckets, whose values are read out, and a button shows the same as a table.
 */
import { Table2 } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import "./chart.css";
import { locale, useLanguage, useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { cn } from "@/ui/cn";
import { bucketName } from "./bucket";
import { SWATCHES, type Swatch, useThemeVersion } from "./colours";
import { DataTable } from "./data-table";
import { Legend } from "./legend";
import { type Look, options } from "./options";
import { peak, stack, type Values } from "./stack";
import { texts } from "./texts";
import { Tip } from "./tip";

export interface Series {
  name: string;
  values: Values;
  /** In order of the palette when absent. */
  colour?: Swatch;
}

export interface TimeChartProps {
  /** What is shown; read out, followed by the highest and the newest values. */
  label: string;
  /** Stands above the chart, beside the legend. */
  heading?: ReactNode;
  /** The beginnings of the buckets, in seconds since the epoch, ascending. */
  times: readonly number[];
  /** Width of a bucket in seconds; needed where there may be only one. */
  step?: number;
  series: readonly Series[];
  look?: Look;
  stacked?: boolean;
  /** The values are counts. */
  whole?: boolean;
  /** The last bucket is not over yet: it is drawn faintly. */
  partial?: boolean;
  /** Says a value on the axis. */
  format: (value: number) => string;
  /** Says it in the tip and in the table; as on the axis when absent. */
  exact?: (value: number) => string;
  height?: number;
  legend?: boolean;
  /** Stands in the chart when there is nothing to draw. */
  empty?: string;
  /** A stretch of time was marked with the mouse: from and to, in seconds. */
  onZoom?: (from: number, to: number) => void;
  className?: string;
}

export function TimeChart({
  label,
  heading,
  times,
  step = times.length > 1 ? (times[1] ?? 0) - (times[0] ?? 0) : 300,
  series,
  look = "area",
  stacked = false,
  whole = false,
  partial = false,
  format,
  exact = format,
  height = 200,
  legend = series.length > 1,
  empty,
  onZoom,
  className,
}: TimeChartProps) {
  const t = useTexts(texts);
  const here = locale(useLanguage());
  const theme = useThemeVersion();
  const about = useId();
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [cursor, setCursor] = useState<{ index: number; left: number }>();
  const [pointed, setPointed] = useState(false);
  const [asTable, setAsTable] = useState(false);

  const coloured = useMemo(
    () => series.map((one, at) => ({ ...one, colour: one.colour ?? SWATCHES[at % SWATCHES.length] ?? "chart-1" })),
    [series],
  );
  const shown = useMemo(() => coloured.filter(({ name }) => !hidden.has(name)), [coloured, hidden]);
  const drawn = useMemo(() => columns(times, shown, stacked), [times, shown, stacked]);
  const nothing = coloured.every(({ values }) => peak(values) === undefined);

  const latest = useRef({ format, onZoom, step, partial, drawn });
  latest.current = { format, onZoom, step, partial, drawn };
  // A chart is made anew when its looks change, not when its values do.
  const colours = shown.map((one) => one.colour).join(" ");
  const zooms = onZoom !== undefined;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `theme` changes what colours mean
  useEffect(() => {
    const target = box.current;
    if (!target || asTable) return;
    const tokens = colours === "" ? [] : (colours.split(" ") as Swatch[]);
    const made = new uPlot(
      options({
        width: target.clientWidth,
        height,
        look,
        stacked,
        whole,
        // Of a stack the tallest comes first, and the lower ones are drawn over it.
        colours: stacked ? tokens.toReversed() : tokens,
        locale: here,
        step: () => latest.current.step,
        partial: () => latest.current.partial,
        format: (value) => latest.current.format(value),
        onCursor: setCursor,
        onZoom: zooms ? (from, to) => latest.current.onZoom?.(from, to) : undefined,
      }),
      latest.current.drawn,
      target,
    );
    chart.current = made;
    const resize = new ResizeObserver(() => made.setSize({ width: target.clientWidth, height }));
    resize.observe(target);
    return () => {
      resize.disconnect();
      made.destroy();
      chart.current = undefined;
      setCursor(undefined);
    };
  }, [colours, look, stacked, whole, height, theme, here, zooms, asTable]);

  useEffect(() => {
    const made = chart.current;
    if (made && made.data !== drawn && made.series.length === drawn.length) made.setData(drawn);
  }, [drawn]);

  function onKeyDown(event: KeyboardEvent) {
    const last = times.length - 1;
    const at = cursor?.index ?? last;
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last, PageUp: at - 10, PageDown: at + 10 }[
      event.key
    ];
    if (event.key === "Escape") point(undefined);
    if (next === undefined) return;
    event.preventDefault();
    setPointed(true);
    point(Math.min(Math.max(next, 0), last));
  }

  function point(index: number | undefined) {
    const at = index === undefined ? undefined : times[index];
    const left = at === undefined ? -10 : chart.current?.valToPos(at, "x");
    chart.current?.setCursor({ left: left ?? -10, top: at === undefined ? -10 : 1 }, true);
  }

  const at = Math.min(cursor?.index ?? times.length - 1, times.length - 1);
  const reading = [
    bucketName(times[at] ?? 0, step, here),
    ...coloured.map(({ name, values }) => `${name} ${say(values[at], exact)}`),
  ].join(", ");
  const highest = coloured
    .map(({ name, values }) => ({ name, values, top: peak(values) }))
    .filter(({ top }) => top !== undefined)
    .map(({ name, values, top }) =>
      t("highest", { name, value: say(values[top ?? 0], exact), when: bucketName(times[top ?? 0] ?? 0, step, here) }),
    );

  return (
    <figure className={cn("grid min-w-0 gap-2", className)}>
      <figcaption className="flex min-h-7 flex-wrap items-center gap-x-3 gap-y-1">
        {heading}
        <div className="ml-auto flex min-w-0 items-center justify-end gap-x-3">
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
          <Button
            look="quiet"
            size="icon-sm"
            aria-pressed={asTable}
            aria-label={t("asTable", { label })}
            title={t("asTable", { label })}
            onClick={() => setAsTable(!asTable)}
            className="-mr-1.5 aria-pressed:bg-hover aria-pressed:text-ink"
          >
            <Table2 />
          </Button>
        </div>
      </figcaption>
      {asTable ? (
        <DataTable {...{ label, times, step, height, exact }} series={coloured} />
      ) : (
        <div
          role="slider"
          tabIndex={0}
          aria-label={label}
          aria-describedby={about}
          aria-valuemin={0}
          aria-valuemax={Math.max(times.length - 1, 0)}
          aria-valuenow={Math.max(at, 0)}
          aria-valuetext={nothing && empty ? empty : reading}
          onKeyDown={onKeyDown}
          onPointerEnter={() => setPointed(true)}
          onPointerLeave={() => setPointed(false)}
          onBlur={() => {
            setPointed(false);
            point(undefined);
          }}
          className="relative min-w-0 rounded-md"
        >
          <div ref={box} style={{ height }} className="min-w-0 overflow-hidden" />
          {nothing && empty ? (
            <p className="pointer-events-none absolute inset-0 grid place-items-center pb-6 text-muted">{empty}</p>
          ) : null}
          {cursor && pointed && !nothing ? (
            <Tip {...cursor} {...{ times, step, stacked, exact, partial }} series={shown} />
          ) : null}
          <p id={about} className="sr-only">
            {highest.join(". ")}
          </p>
        </div>
      )}
    </figure>
  );
}

function columns(times: readonly number[], shown: readonly { values: Values }[], stacked: boolean): uPlot.AlignedData {
  const values = shown.map((one) => one.values);
  return [times, ...(stacked ? stack(values).toReversed() : values)] as uPlot.AlignedData;
}

export function say(value: number | null | undefined, format: (value: number) => string): string {
  return value == null ? "–" : format(value);
}
