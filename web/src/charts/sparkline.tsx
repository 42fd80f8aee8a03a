import type { Values } from "./stack";

/** A hint of a course, without axes: beside a figure. Drawn as SVG, for it is small and many. */
export function Sparkline({ values, className }: { values: Values; className?: string }) {
  const known = values.map((value) => value ?? 0);
  const top = Math.max(...known, 0);
  if (known.length < 2 || top === 0) return <div className={className} aria-hidden="true" />;
  const points = known.map((value, index) => [(index / (known.length - 1)) * 100, 30 - (value / top) * 28] as const);
  const line = points.map(([x, y], index) => `${index ? "L" : "M"}${x.toFixed(2)} ${y.toFixed(2)}`).join("");
  return (
    <svg viewBox="0 0 100 31" preserveAspectRatio="none" aria-hidden="true" className={className}>
      <path d={`${line}L100 31L0 31Z`} className="fill-accent-soft" />
      <path d={line} className="fill-none stroke-accent" strokeWidth="1.500" vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
