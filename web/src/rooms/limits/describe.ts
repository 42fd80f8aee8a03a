/** Limits in words. Pure: texts and locale are arguments. */
import { exactMoney, exactNumber } from "@/format";
import type { PlainKey, T } from "@/i18n";
import type { Amount, Limit } from "./queries";
import type { texts } from "./texts";

type Words = T<(typeof texts)["en"]>;
type Word = PlainKey<typeof texts>;

export const SUBJECT_KINDS = ["organisation", "user", "key", "provider", "model", "route"] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];
/** Those that money and tokens per period can be set for. */
export const WITH_BUDGET: readonly SubjectKind[] = ["organisation", "user", "key", "provider"];

export function subjectName(kind: string): Word | undefined {
  return (SUBJECT_KINDS as readonly string[]).includes(kind) ? (kind as SubjectKind) : undefined;
}

export const WINDOWS = ["1m", "5m", "1h", "5h", "1d", "1w"] as const;
export type Window = (typeof WINDOWS)[number];
export const WINDOW_WORDS: Readonly<Record<Window, Word>> = {
  "1m": "minute",
  "5m": "minutes5",
  "1h": "hour",
  "5h": "hours5",
  "1d": "wholeDay",
  "1w": "wholeWeek",
};
const isWindow = (text: string): text is Window => (WINDOWS as readonly string[]).includes(text);

const PERIOD_WORDS: Readonly<Record<string, Word>> = { daily: "daily", weekly: "weekly", monthly: "monthly" };

/** Dollars come as text, everything else as a number. */
export function amount(value: Amount, locale: string): string {
  return typeof value === "string" ? exactMoney(value, locale) : exactNumber(value, locale);
}

/** The max that holds now. */
export const maxOf = ({ is }: Limit): Amount => is.override?.max ?? is.max;

/** `60 calls per minute`, `$20 per day`. */
export function describe(limit: Limit, max: Amount, t: Words, locale: string): string {
  const shown = amount(max, locale);
  if (limit.kind === "budget") {
    const { unit, period } = limit.is;
    const word = PERIOD_WORDS[period];
    return `${unit === "usd" ? shown : t("tokensMax", { max: shown })} ${word ? t(word) : period}`;
  }
  const { metric, window } = limit.is;
  if (metric === "concurrency" || !window) return t("concurrency", { max: shown });
  const counted = metric === "tokens" ? t("tokensMax", { max: shown }) : t("requests", { max: shown });
  return `${counted} ${isWindow(window) ? t(WINDOW_WORDS[window]) : window}`;
}

/** From 0 on; above 1 when it was overrun. */
export const share = ({ is }: Limit): number | undefined => (is.usage ? is.usage.percent / 100 : undefined);
