/**
 * Which span of time: one of the usual ones that end now, or one's own.
 *
 *   range: z.string().refine(isRange).catch("24h"),   // in the place of the room
 *   <TimeRange value={here.range} onChange={(range) => go({ range })} />
 *   boundsOf(here.range, new Date())                  // when asking the server
 */
import { CalendarClock, Check } from "lucide-react";
import { type FormEvent, useState } from "react";
import { fixed, fixedRange, isPreset, PRESETS, type Preset, toLocalInput } from "@/format/range";
import { locale, type PlainKey, useLanguage, useTexts } from "@/i18n";
import { Button } from "./button";
import { cn } from "./cn";
import { Field } from "./field";
import { Input } from "./input";
import { Popover, PopoverContent, PopoverTrigger } from "./popover";
import { texts } from "./texts";

const NAMES: Record<Preset, PlainKey<typeof texts>> = {
  "15m": "last15m",
  "1h": "last1h",
  "6h": "last6h",
  "24h": "last24h",
  "7d": "last7d",
  "30d": "last30d",
};

export function TimeRange({
  value,
  onChange,
  presets = PRESETS,
  says,
  className,
}: {
  value: string;
  onChange: (range: string) => void;
  presets?: readonly Preset[];
  /** Stands on the button instead of the name of the range, where that is shown beside it. */
  says?: string | undefined;
  className?: string;
}) {
  const t = useTexts(texts);
  const [open, setOpen] = useState(false);
  const name = useRangeName(value);

  function choose(range: string) {
    setOpen(false);
    onChange(range);
  }

  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger asChild>
        <Button aria-label={`${t("timeRange")}: ${name}`} className={cn("max-w-full", className)}>
          <CalendarClock aria-hidden="true" className="text-muted" />
          <span className="truncate">{says ?? name}</span>
        </Button>
      </PopoverTrigger>
      <PopoverContent align="start" className="w-80 p-0">
        <div className="grid grid-cols-2 gap-px p-1">
          {presets.map((preset) => (
            <button
              key={preset}
              type="button"
              aria-pressed={preset === value}
              onClick={() => choose(preset)}
              className="flex h-8 items-center justify-between rounded-md px-2.5 text-left hover:bg-hover focus-visible:-outline-offset-2"
            >
              {t(NAMES[preset])}
              {preset === value ? <Check aria-hidden="true" className="size-3.5" /> : null}
            </button>
          ))}
        </div>
        <OwnRange value={value} onChoose={choose} />
      </PopoverContent>
    </Popover>
  );
}

function OwnRange({ value, onChoose }: { value: string; onChoose: (range: string) => void }) {
  const t = useTexts(texts);
  const given = fixedRange(value);
  const [from, setFrom] = useState(() => toLocalInput(given?.from ?? new Date(Date.now() - 3_600_000)));
  const [to, setTo] = useState(() => toLocalInput(given?.to ?? new Date()));
  const [wrong, setWrong] = useState(false);

  function submit(event: FormEvent) {
    event.preventDefault();
    const [begin, end] = [new Date(from), new Date(to)];
    // Also false when one of them is no date.
    if (begin.getTime() < end.getTime()) onChoose(fixed(begin, end));
    else setWrong(true);
  }

  return (
    <form onSubmit={submit} noValidate className="grid gap-3 border-t p-3">
      <Field label={t("from")}>
        {(control) => (
          <Input
            {...control}
            type="datetime-local"
            step={1}
            value={from}
            onChange={(event) => setFrom(event.target.value)}
          />
        )}
      </Field>
      <Field label={t("to")} error={wrong ? t("rangeWrong") : undefined}>
        {(control) => (
          <Input
            {...control}
            type="datetime-local"
            step={1}
            value={to}
            onChange={(event) => setTo(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit">{t("applyRange")}</Button>
    </form>
  );
}

/** "Last 24 hours", or both ends on the reader's clock. */
export function useRangeName(value: string): string {
  const t = useTexts(texts);
  const at = locale(useLanguage());
  if (isPreset(value)) return t(NAMES[value]);
  const ends = fixedRange(value);
  if (!ends) return value;
  const format = new Intl.DateTimeFormat(at, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
  return format.formatRange(ends.from, ends.to);
}
