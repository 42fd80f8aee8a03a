import { useQueryClient } from "@tanstack/react-query";
import { isPreset } from "@/format";
import { locale, useLanguage, useTexts } from "@/i18n";
import { cn } from "@/ui/cn";
import { TimeRange, useRangeName } from "@/ui/time-range";
import { type Overview, overviewQuery } from "./queries";
import { USUAL } from "./range";
import { texts } from "./texts";

/** The usual ranges one press away, any other in the picker. What is pointed at is already being asked for. */
export function RangeChoice({ range, onChange }: { range: string; onChange: (range: string) => void }) {
  const t = useTexts(texts);
  const queries = useQueryClient();
  const usual = (USUAL as readonly string[]).includes(range);
  const ahead = (range: string) => void queries.prefetchQuery({ ...overviewQuery(range), staleTime: 10_000 });
  return (
    <>
      <fieldset className="flex rounded-md border border-line-strong bg-surface p-0.5 shadow-sm">
        <legend className="sr-only">{t("range")}</legend>
        {USUAL.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={one === range}
            aria-label={t(`range${one}`)}
            title={t(`range${one}`)}
            onClick={() => onChange(one)}
            onPointerEnter={() => ahead(one)}
            onFocus={() => ahead(one)}
            className={cn(
              "figures h-6.5 rounded-sm px-2.5 font-medium text-muted text-xs transition-colors hover:text-ink",
              one === range && "bg-hover text-ink",
            )}
          >
            {t(`short${one}`)}
          </button>
        ))}
      </fieldset>
      <TimeRange value={range} onChange={onChange} says={usual ? t("otherRange") : undefined} />
    </>
  );
}

/** Whose calls, and compared with what. */
export function useSpanText(range: string, overview: Overview | undefined): string {
  const t = useTexts(texts);
  const here = locale(useLanguage());
  const name = useRangeName(range);
  if (!overview) return t("loading");
  const whose = overview.scope === "own" ? t("ownCalls") : t("allCalls");
  const length = Date.parse(overview.to) - Date.parse(overview.from);
  const before = new Intl.DateTimeFormat(here, {
    month: "short",
    day: "numeric",
    ...(length < 7 * 86_400_000 ? { hour: "2-digit", minute: "2-digit" } : {}),
  }).formatRange(Date.parse(overview.from) - length, Date.parse(overview.from));
  return t("span", { whose, range: isPreset(range) ? name.toLocaleLowerCase(here) : name, before });
}
