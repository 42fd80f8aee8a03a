/** The settings that make uPlot look like the rest of the console. */
import uPlot from "uplot";
import { colour, type Swatch } from "./colours";

export interface Drawing {
  width: number;
  height: number;
  look: "line" | "area" | "bars";
  stacked: boolean;
  colours: readonly Swatch[];
  locale: string;
  format: (value: number) => string;
  onCursor: (cursor: { index: number; left: number } | undefined) => void;
  onZoom: ((from: number, to: number) => void) | undefined;
}

const FONT = "11px system-ui, sans-serif";
const DAY = 86_400;

export function options(drawing: Drawing): uPlot.Options {
  const { width, height, look, stacked, format, onCursor, onZoom } = drawing;
  const muted = colour("muted");
  const grid = { stroke: colour("line"), width: 1 };
  return {
    width,
    height,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { show: look !== "bars", size: 6 },
      drag: { x: onZoom !== undefined, y: false, setScale: false },
    },
    scales: { y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] } },
    axes: [
      {
        stroke: muted,
        font: FONT,
        grid: { show: false },
        ticks: { show: false },
        size: 28,
        space: 72,
        values: ticks(drawing),
      },
      {
        stroke: muted,
        font: FONT,
        grid,
        ticks: { show: false },
        size: 56,
        space: 36,
        values: (_, at) => at.map(format),
      },
    ],
    series: [
      {},
      ...drawing.colours.map((token): uPlot.Series => {
        const line = colour(token);
        if (look === "bars") {
          return {
            stroke: line,
            fill: line,
            width: 0,
            points: { show: false },
            ...bars(),
          };
        }
        // What is drawn over something must hide it, so that a stack shows shares and not mixtures.
        const fill = look === "area" ? (stacked ? line : colour(token, 0.12)) : undefined;
        return { stroke: line, width: 1.5, points: { show: false }, ...(fill ? { fill } : {}) };
      }),
    ],
    hooks: {
      setCursor: [
        (chart) => {
          const { idx, left } = chart.cursor;
          onCursor(
            idx == null || left == null || left < 0
              ? undefined
              : { index: idx, left: left + chart.bbox.left / devicePixelRatio },
          );
        },
      ],
      setSelect: [
        (chart) => {
          const { left, width: wide } = chart.select;
          if (!onZoom || wide < 4) return;
          onZoom(chart.posToVal(left, "x"), chart.posToVal(left + wide, "x"));
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}

function bars(): { paths?: uPlot.Series.PathBuilder } {
  const paths = uPlot.paths.bars?.({ size: [0.7, 28], radius: 0.1 });
  return paths ? { paths } : {};
}

/** Times of day within a day or two, days beyond. */
function ticks({ locale }: Drawing): uPlot.Axis.DynamicValues {
  const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
  const day = new Intl.DateTimeFormat(locale, { month: "short", day: "numeric" });
  return (_, at, __, ___, step) =>
    at.map((secs) => {
      const date = new Date(secs * 1000);
      const midnight = date.getHours() === 0 && date.getMinutes() === 0;
      return step >= DAY || midnight ? day.format(date) : clock.format(date);
    });
}
