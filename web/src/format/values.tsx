/** Values in the reader's locale: short in the page, exact on hover. Absent values are a dash, never a zero. */
import type { ReactNode } from "react";
import { locale, useLanguage } from "@/i18n";
import { useNow } from "./clock";
import { exactMoney, glanceMoney, shortMoney } from "./money";
import { bytes, compactNumber, exactNumber, percent } from "./number";
import { duration, exactTime, relativeTime, shortTime } from "./time";

type Maybe<V> = V | null | undefined;

const DASH = <span className="text-muted">–</span>;

function Value({ short, exact }: { short: string; exact: string }): ReactNode {
  return (
    <span className="figures whitespace-nowrap" title={exact === short ? undefined : exact}>
      {short}
    </span>
  );
}

export function Count({ value }: { value: Maybe<number> }) {
  const at = locale(useLanguage());
  return value == null ? DASH : <Value short={compactNumber(value, at)} exact={exactNumber(value, at)} />;
}

/** Tokens are counted like anything else; the name is for the reader of a page's code. */
export const Tokens = Count;

export function Percent({ value }: { value: Maybe<number> }) {
  const at = locale(useLanguage());
  return value == null ? DASH : <Value short={percent(value, at)} exact={`${exactNumber(value * 100, at)}%`} />;
}

export function Bytes({ value }: { value: Maybe<number> }) {
  const at = locale(useLanguage());
  return value == null ? DASH : <Value short={bytes(value, at)} exact={`${exactNumber(value, at)} B`} />;
}

/** `glance` is for large figures; how small a small amount is, is said on hover. */
export function Money({ value, glance = false }: { value: Maybe<string>; glance?: boolean }) {
  const at = locale(useLanguage());
  const short = glance ? glanceMoney : shortMoney;
  return value == null ? DASH : <Value short={short(value, at)} exact={exactMoney(value, at)} />;
}

export function Duration({ ms }: { ms: Maybe<number> }) {
  const at = locale(useLanguage());
  return ms == null ? DASH : <Value short={duration(ms, at)} exact={`${exactNumber(ms, at)} ms`} />;
}

/** `at` as the API gives it. Relative unless `exact` (columns of logs, where rows are compared). */
export function Time({ at, exact = false }: { at: Maybe<string>; exact?: boolean }) {
  if (!at) return DASH;
  return exact ? <ExactTime at={at} /> : <RelativeTime at={at} />;
}

function ExactTime({ at }: { at: string }) {
  const here = locale(useLanguage());
  const date = new Date(at);
  return (
    <time dateTime={at} title={exactTime(date, here)} className="figures whitespace-nowrap">
      {shortTime(date, here)}
    </time>
  );
}

function RelativeTime({ at }: { at: string }) {
  const here = locale(useLanguage());
  const date = new Date(at);
  return (
    <time dateTime={at} title={exactTime(date, here)} className="figures whitespace-nowrap">
      {relativeTime(date, useNow(), here)}
    </time>
  );
}
