/** The settings that make uPlot look like the rest of the console. */
import uPlot from "uplot";
import { colour, type Swatch } from "./colours";
import { lonely } from "./stack";

export type Look = "line" | "area" | "bars";

export interface Drawing {
  width: number;
  height: number;
  look: Look;
  stacked: boolean;
  /** Values are counted: no half calls on the axis. */
  whole: boolean;
  colours: readonly Swatch[];
  locale: string;
  /** Width of a bucket in seconds. */
  step: () => number;
  /** Whether the last bucket is still being filled. */
  partial: () => boolean;
  format: (value: number) => string;
  onCursor: (cursor: { index: number; left: number } | undefined) => void;
  onZoom: ((from: number, to: number) => void) | undefined;
}

const FONT = '11px ui-sans-serif, system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif';
const DAY = 86_400;
/** Steps of an axis that counts. */
const WHOLE = [1, 2, 5].flatMap((digit) => [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9].map((ten) => digit * ten));
WHOLE.sort((a, b) => a - b);

export function options(drawing: Drawing): uPlot.Options {
  const { width, height, look, stacked, whole, format, onCursor, onZoom, step } = drawing;
  const muted = colour("muted");
  const grid = { stroke: colour("line"), width: 1 };
  const veil = colour("surface", 0.6);
  const bucket = document.createElement("div");
  bucket.className = "u-bucket";
  bucket.hidden = true;
  return {
    width,
    height,
    class: onZoom ? "u-zooms" : "",
    padding: [8, 22, 0, 0],
    legend: { show: false },
    // Charts of one page point at the same moment.
    cursor: {
      y: false,
      x: look !== "bars",
      points: {
        show: look !== "bars",
        size: 8,
        width: 2,
        stroke: () => colour("surface"),
        fill: (_, at) => colour(drawing.colours[at - 1] ?? "chart-1"),
      },
      drag: { x: onZoom !== undefined, y: false, setScale: false, dist: 6 },
      sync: { key: "time" },
      move: (chart, left, top) => [snapped(chart, left), top],
      bind: { dblclick: () => null },
    },
    scales: {
      x: {
        range: (chart, low, high) => {
          const single = chart.data[0].length < 2;
          const room = look === "bars" || single ? step() / 2 : 0;
          return [low - room, high + room];
        },
      },
      y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] },
    },
    axes: [
      {
        stroke: muted,
        font: FONT,
        grid: { show: false },
        ticks: { show: false },
        size: 26,
        space: 76,
        values: ticks(drawing),
      },
      {
        stroke: muted,
        font: FONT,
        grid,
        ticks: { show: false },
        gap: 8,
        size: axisWidth,
        space: 34,
        values: (_, at) => at.map(format),
        ...(whole ? { incrs: WHOLE } : {}),
      },
    ],
    series: [
      {},
      ...drawing.colours.map((token): uPlot.Series => {
        const line = colour(token);
        if (look === "bars") return { stroke: line, fill: line, width: 0, points: { show: false }, ...bars(stacked) };
        return {
          stroke: line,
          width: 1.5,
          // A value between two gaps has no line; without a point it would not be there.
          points: { show: true, size: 4, fill: line, filter: (chart, series) => lonely(chart.data[series] ?? []) },
          // What is drawn over something must hide it, so that a stack shows shares and not mixtures.
          ...(look === "area" ? { fill: stacked ? colour(token, 0.3, "surface") : fading(token) } : {}),
        };
      }),
    ],
    hooks: {
      ready: [
        (chart) => {
          chart.under.append(bucket);
          onTouch(chart);
        },
      ],
      draw: [(chart) => drawing.partial() && veilLast(chart, veil, look === "bars" ? step() : 0)],
      setCursor: [
        (chart) => {
          const { idx, left } = chart.cursor;
          const at = idx == null ? undefined : chart.data[0][idx];
          if (idx == null || at === undefined || left == null || left < 0) {
            bucket.hidden = true;
            onCursor(undefined);
            return;
          }
          const middle = chart.valToPos(at, "x");
          if (look === "bars") {
            const half = (chart.valToPos(at + step(), "x") - middle) / 2;
            bucket.style.left = `${middle - half}px`;
            bucket.style.width = `${half * 2}px`;
            bucket.hidden = false;
          }
          onCursor({ index: idx, left: middle + chart.bbox.left / devicePixelRatio });
        },
      ],
      setSelect: [
        (chart) => {
          const { left, width: wide } = chart.select;
          if (!onZoom || wide < 6) return;
          // Whole buckets: what was marked is what is shown.
          const first = chart.data[0][chart.posToIdx(left)];
          const last = chart.data[0][chart.posToIdx(left + wide)];
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          if (first !== undefined && last !== undefined) onZoom(first, last + step());
        },
      ],
    },
  };
}

/** The place of the nearest bucket: the line under the pointer stands where the values are. */
function snapped(chart: uPlot, left: number): number {
  const at = left < 0 ? undefined : chart.data[0][chart.posToIdx(left)];
  return at === undefined ? left : chart.valToPos(at, "x");
}

function bars(stacked: boolean): { paths?: uPlot.Series.PathBuilder } {
  const paths = uPlot.paths.bars?.({ size: [0.72, 36], radius: stacked ? 0 : [0.12, 0] });
  return paths ? { paths } : {};
}

function fading(token: Swatch): uPlot.Series.Fill {
  const [above, below] = [colour(token, 0.24), colour(token, 0.02)];
  return (chart) => {
    const { top, height } = chart.bbox;
    const gradient = chart.ctx.createLinearGradient(0, top, 0, top + height);
    gradient.addColorStop(0, above);
    gradient.addColorStop(1, below);
    return gradient;
  };
}

/** Takes the last bucket back: it is not over, and would look like a fall. `step` is 0 for lines. */
function veilLast(chart: uPlot, veil: string, step: number): void {
  const times = chart.data[0];
  const last = times.at(-1);
  const begin = step > 0 ? (last ?? 0) - step / 2 : times.at(-2);
  if (last === undefined || begin === undefined) return;
  const from = chart.valToPos(begin, "x", true);
  const { top, height } = chart.bbox;
  chart.ctx.save();
  chart.ctx.fillStyle = veil;
  chart.ctx.fillRect(from, top, chart.valToPos(last + step / 2, "x", true) - from + 2, height);
  chart.ctx.restore();
}

/** A finger points as a mouse does; up and down it still scrolls the page. */
function onTouch(chart: uPlot): void {
  const point = (event: TouchEvent) => {
    const touch = event.touches[0];
    if (!touch) return;
    const box = chart.over.getBoundingClientRect();
    const left = Math.min(Math.max(touch.clientX - box.left, 0), box.width - 1);
    chart.setCursor({ left, top: 1 }, true);
  };
  const leave = () => chart.setCursor({ left: -10, top: -10 }, true);
  chart.over.addEventListener("touchstart", point, { passive: true });
  chart.over.addEventListener("touchmove", point, { passive: true });
  chart.over.addEventListener("touchend", leave, { passive: true });
  chart.over.addEventListener("touchcancel", leave, { passive: true });
}

/** As wide as the longest text on it. */
function axisWidth(chart: uPlot, values: readonly string[] | null): number {
  chart.ctx.save();
  chart.ctx.font = FONT;
  const widest = Math.max(16, ...(values ?? []).map((text) => chart.ctx.measureText(text ?? "").width));
  chart.ctx.restore();
  return Math.ceil(widest) + 14;
}

/** Times of day within a day or two, days beyond. */
function ticks({ locale }: Drawing): uPlot.Axis.DynamicValues {
  const clock = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
  const day = new Intl.DateTimeFormat(locale, { month: "short", day: "numeric" });
  return (_, at, __, ___, step) =>
    at.map((secs) => {
      const date = new Date(secs * 1000);
      const midnight = date.getHours() === 0 && date.getMinutes() === 0;
      return step >= DAY || midnight ? day.format(date) : clock.format(date);
    });
}
