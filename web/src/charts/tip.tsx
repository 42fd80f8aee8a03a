import { locale, useLanguage, useTexts } from "@/i18n";
import { bucketName } from "./bucket";
import { texts } from "./texts";
import { type Series, say } from "./time-chart";

/** The values under the pointer. Beside it, on the side where there is room. */
export function Tip({
  index,
  left,
  times,
  step,
  stacked,
  partial,
  series,
  exact,
}: {
  index: number;
  left: number;
  times: readonly number[];
  step: number;
  stacked: boolean;
  partial: boolean;
  series: readonly (Series & { colour: string })[];
  exact: (value: number) => string;
}) {
  const t = useTexts(texts);
  const here = locale(useLanguage());
  const at = times[index];
  if (at === undefined) return null;
  const flipped = index > times.length / 2;
  const sum = series.reduce((sum, one) => sum + (one.values[index] ?? 0), 0);
  // In the order in which they stand on the screen.
  const order = stacked ? series.toReversed() : series;
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none absolute top-2 z-20 min-w-40 max-w-64 rounded-lg border bg-raised px-2.5 py-2 text-xs shadow-md"
      style={{ left, transform: flipped ? "translateX(calc(-100% - 12px))" : "translateX(12px)" }}
    >
      <p className="mb-1.5 whitespace-nowrap text-muted">
        {bucketName(at, step, here)}
        {partial && index === times.length - 1 ? ` ${t("soFar")}` : ""}
      </p>
      {order.map((one) => (
        <Row key={one.name} colour={one.colour} name={one.name} value={say(one.values[index], exact)} />
      ))}
      {stacked && series.length > 1 ? (
        <div className="mt-1 border-t pt-1">
          <Row name={t("sum")} value={exact(sum)} />
        </div>
      ) : null}
    </div>
  );
}

function Row({ colour, name, value }: { colour?: string; name: string; value: string }) {
  return (
    <p className="flex items-center gap-2 leading-5">
      {colour ? <Dot colour={colour} /> : null}
      <span className="min-w-0 flex-1 truncate">{name}</span>
      <span className="figures pl-3 font-medium">{value}</span>
    </p>
  );
}

export function Dot({ colour }: { colour: string }) {
  return (
    <span aria-hidden="true" className="size-2 shrink-0 rounded-sm" style={{ backgroundColor: `var(--${colour})` }} />
  );
}
