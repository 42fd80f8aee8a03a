import { useMemo } from "react";
import { locale, useLanguage } from "@/i18n";
import type { Series } from "./time-chart";

/** The values under the pointer. Beside it, on the side where there is room. */
export function Tip({
  index,
  left,
  times,
  series,
  format,
}: {
  index: number;
  left: number;
  times: readonly number[];
  series: readonly (Series & { colour: string })[];
  format: (value: number) => string;
}) {
  const here = locale(useLanguage());
  const when = useMemo(() => new Intl.DateTimeFormat(here, { dateStyle: "medium", timeStyle: "short" }), [here]);
  const at = times[index];
  if (at === undefined) return null;
  const flipped = left > 320;
  return (
    <div
      className="pointer-events-none absolute top-2 z-20 min-w-36 max-w-64 rounded-lg border bg-raised px-2.5 py-2 text-xs shadow-md"
      style={{ left, transform: flipped ? "translateX(calc(-100% - 12px))" : "translateX(12px)" }}
    >
      <p className="mb-1 text-muted">{when.format(at * 1000)}</p>
      {series.map((one) => {
        const value = one.values[index];
        return (
          <p key={one.name} className="flex items-center gap-2">
            <Dot colour={one.colour} />
            <span className="min-w-0 flex-1 truncate">{one.name}</span>
            <span className="figures font-medium">{value == null ? "–" : format(value)}</span>
          </p>
        );
      })}
    </div>
  );
}

export function Dot({ colour }: { colour: string }) {
  return (
    <span aria-hidden="true" className="size-2 shrink-0 rounded-sm" style={{ backgroundColor: `var(--${colour})` }} />
  );
}
