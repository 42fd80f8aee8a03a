import { cn } from "@/ui/cn";
import type { Values } from "./stack";

/** A hint of a course, without axes: beside a figure. Drawn as SVG, for it is small and many. */
export function Sparkline({
  values,
  tone = "accent",
  className,
}: {
  values: Values;
  tone?: "accent" | "bad";
  className?: string;
}) {
  const top = Math.max(...values.map((value) => value ?? 0), 0);
  const points = values.flatMap((value, index) =>
    value === null ? [] : [[(index / Math.max(values.length - 1, 1)) * 100, 30 - (value / (top || 1)) * 28] as const],
  );
  if (points.length < 2 || top === 0) return <div className={className} aria-hidden="true" />;
  const line = points.map(([x, y], index) => `${index ? "L" : "M"}${x.toFixed(2)} ${y.toFixed(2)}`).join("");
  const [first, last] = [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 100];
  return (
    <svg viewBox="0 0 100 31" preserveAspectRatio="none" aria-hidden="true" className={className}>
      <path d={`${line}L${last} 31L${first} 31Z`} className={tone === "bad" ? "fill-bad-soft" : "fill-accent-soft"} />
      <path
        d={line}
        className={cn("fill-none", tone === "bad" ? "stroke-bad-text" : "stroke-accent-text")}
        strokeWidth="1.25"
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
