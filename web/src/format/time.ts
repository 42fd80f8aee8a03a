/** Times and durations for people. Pure: the locale and the present are arguments. */
import { numberFormat } from "./number";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const STEPS = [
  ["second", SECOND, MINUTE],
  ["minute", MINUTE, HOUR],
  ["hour", HOUR, DAY],
  ["day", DAY, 14 * DAY],
] as const;

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Kept, since making one costs fifty times what using it does: a log shows two times in each of its rows. */
function dateFormat(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  let format = formatters.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(locale, options);
    formatters.set(key, format);
  }
  return format;
}

/** "3 minutes ago"; further away than two weeks the date says more. */
export function relativeTime(at: Date, now: Date, locale: string): string {
  const away = at.getTime() - now.getTime();
  if (Math.abs(away) < 5 * SECOND) return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(0, "second");
  for (const [unit, size, until] of STEPS) {
    if (Math.abs(away) < until) {
      return new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" }).format(
        Math.trunc(away / size),
        unit,
      );
    }
  }
  return dateFormat(locale, { dateStyle: "medium" }).format(at);
}

/** To the millisecond, with the zone: what goes into a bug report. */
export function exactTime(at: Date, locale: string, timeZone?: string): string {
  return dateFormat(locale, {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    timeZoneName: "short",
    ...(timeZone ? { timeZone } : {}),
  }).format(at);
}

/** Date and time to the second, for columns. */
export function shortTime(at: Date, locale: string, timeZone?: string): string {
  return dateFormat(locale, {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    ...(timeZone ? { timeZone } : {}),
  }).format(at);
}

/** 0.8 ms, 240 ms, 1.24 s, 2 m 5 s, 3 h 20 m, 4 d 2 h. */
export function duration(ms: number, locale: string): string {
  const number = (value: number, digits: number) =>
    numberFormat(locale, { maximumFractionDigits: digits }).format(value);
  if (ms < 10) return `${number(ms, 1)} ms`;
  // What would be rounded to a full second is one.
  if (ms < SECOND - 0.5) return `${number(ms, 0)} ms`;
  if (ms < MINUTE) return `${number(ms / SECOND, ms < 10 * SECOND ? 2 : 1)} s`;
  if (ms < HOUR) return pair(ms, MINUTE, "m", SECOND, "s");
  if (ms < DAY) return pair(ms, HOUR, "h", MINUTE, "m");
  return pair(ms, DAY, "d", HOUR, "h");
}

function pair(ms: number, big: number, bigName: string, small: number, smallName: string): string {
  const rest = Math.floor((ms % big) / small);
  return `${Math.floor(ms / big)} ${bigName}${rest ? ` ${rest} ${smallName}` : ""}`;
}
