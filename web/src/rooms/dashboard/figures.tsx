import { Link } from "@tanstack/react-router";
import { ArrowDown, ArrowUp } from "lucide-react";
import type { ReactNode } from "react";
import { Sparkline } from "@/charts";
import {
  Count,
  compactNumber,
  Duration,
  dollars,
  duration,
  exactMoney,
  exactNumber,
  Money,
  Percent,
  percent,
  Tokens,
} from "@/format";
import { locale, useLanguage, useTexts } from "@/i18n";
import { Card } from "@/ui/card";
import { cn } from "@/ui/cn";
import type { Overview } from "./queries";
import { type Course, change, inputOf, tokensOf } from "./series";
import { OUTCOMES, type Outcome, texts } from "./texts";

/** The figures that say at a glance how it is going, each with its course and what it was before. */
export function Figures({ overview, course, range }: { overview: Overview; course: Course; range: string }) {
  const t = useTexts(texts);
  const here = locale(useLanguage());
  const { totals, previous } = overview;
  const ms = (value: number | null | undefined) => (value == null ? "–" : duration(value, here));

  return (
    <Card aria-label={t("figures")} className="grid grid-cols-2 overflow-hidden md:grid-cols-3 xl:grid-cols-6">
      <Figure
        name={t("requests")}
        value={<Count value={totals.requests} />}
        delta={<Delta now={totals.requests} before={previous.requests} says={exactNumber(previous.requests, here)} />}
        about={
          totals.tokens_per_second == null
            ? ""
            : t("perSecond", { n: exactNumber(Math.round(totals.tokens_per_second), here) })
        }
        course={course.requests}
        partial={course.partial}
      />
      <Figure
        name={t("errorRate")}
        value={<Percent value={totals.error_rate} />}
        delta={<Points now={totals.error_rate} before={previous.error_rate} />}
        about={<Failed totals={totals} range={range} />}
        course={course.errorRate}
        partial={course.partial}
        tone="bad"
      />
      <Figure
        name={t("cost")}
        value={<Money value={totals.cost_usd} glance />}
        delta={
          <Delta
            now={dollars(totals.cost_usd)}
            before={dollars(previous.cost_usd)}
            says={exactMoney(previous.cost_usd, here)}
          />
        }
        about={
          <>
            <Money value={overview.month_to_date_usd} /> {t("thisMonth")}
          </>
        }
        course={course.cost}
        partial={course.partial}
      />
      <Figure
        name={t("tokens")}
        value={<Tokens value={tokensOf(totals)} />}
        delta={
          <Delta now={tokensOf(totals)} before={tokensOf(previous)} says={exactNumber(tokensOf(previous), here)} />
        }
        about={
          <span
            title={classes(totals)
              .map(([name, n]) => `${t(name)}: ${exactNumber(n, here)}`)
              .join("\n")}
          >
            {t("inOut", {
              input: compactNumber(inputOf(totals), here),
              output: compactNumber(totals.output_tokens, here),
            })}
          </span>
        }
        course={course.tokens}
        partial={course.partial}
      />
      <Figure
        name={t("latency")}
        hint={t("latencyHint")}
        value={<Duration ms={totals.duration_ms.p50} />}
        delta={
          <Delta
            now={totals.duration_ms.p50}
            before={previous.duration_ms.p50}
            says={ms(previous.duration_ms.p50)}
            more="bad"
          />
        }
        about={
          <>
            p95 <Duration ms={totals.duration_ms.p95} />
          </>
        }
        course={course.latency50}
        partial={course.partial}
      />
      <Figure
        name={t("ttft")}
        hint={t("ttftHint")}
        value={<Duration ms={totals.ttft_ms.p50} />}
        delta={
          <Delta now={totals.ttft_ms.p50} before={previous.ttft_ms.p50} says={ms(previous.ttft_ms.p50)} more="bad" />
        }
        about={
          <>
            p95 <Duration ms={totals.ttft_ms.p95} />
          </>
        }
        course={course.ttft50}
        partial={course.partial}
      />
    </Card>
  );
}

/** Every class of tokens that occurred. */
function classes(totals: Overview["totals"]) {
  return (
    [
      ["input", totals.input_tokens],
      ["cacheRead", totals.cache_read_tokens],
      ["cacheWrite5m", totals.cache_write_5m_tokens],
      ["cacheWrite1h", totals.cache_write_1h_tokens],
      ["output", totals.output_tokens],
      ["reasoning", totals.reasoning_tokens],
    ] as const
  ).filter(([, n]) => n > 0);
}

function Figure({
  name,
  hint,
  value,
  delta,
  about,
  course,
  partial,
  tone = "accent",
}: {
  name: string;
  hint?: string;
  value: ReactNode;
  delta: ReactNode;
  about: ReactNode;
  course: readonly (number | null)[];
  /** The last step is not over, and would look like a fall. */
  partial: boolean;
  tone?: "accent" | "bad";
}) {
  return (
    // The borders are those of a grid, whatever its number of columns.
    <div role="group" aria-label={name} className="-mr-px -mb-px flex min-w-0 flex-col border-r border-b">
      <div className="grid gap-0.5 px-4 pt-3">
        <div className="flex items-baseline justify-between gap-2">
          <p className="truncate text-muted" title={hint}>
            {name}
          </p>
          {delta}
        </div>
        <p className="truncate font-semibold text-2xl tracking-tight">{value}</p>
        <p className="min-h-4 truncate text-muted text-xs">{about}</p>
      </div>
      <Sparkline
        values={partial && course.length > 3 ? course.slice(0, -1) : course}
        tone={tone}
        className="mt-2 h-9 w-full"
      />
    </div>
  );
}

/** How much it changed. Colour only where more is worse: more requests are neither good nor bad. */
function Delta({
  now,
  before,
  says,
  more,
}: {
  now: number | null | undefined;
  before: number | null | undefined;
  says: string;
  more?: "bad";
}) {
  const here = locale(useLanguage());
  const share = change(now, before);
  if (share === undefined) return null;
  // Beyond tenfold a percentage is hard to read.
  const by = Math.abs(share) >= 0.1 ? Math.round(share * 100) / 100 : Math.round(share * 1000) / 1000;
  const text = share >= 9 ? `×${compactNumber(Math.round(share + 1), here)}` : percent(Math.abs(by), here);
  return <Change by={by} text={text} title={says} judged={more === "bad" && Math.abs(share) >= 0.05} />;
}

/** A share is compared by what was added to it. */
function Points({ now, before }: { now: number | null | undefined; before: number | null | undefined }) {
  const t = useTexts(texts);
  const here = locale(useLanguage());
  if (now == null || before == null) return null;
  const points = Math.round((now - before) * 1000) / 10;
  return (
    <Change
      by={points}
      text={t("points", { n: exactNumber(Math.abs(points), here) })}
      title={percent(before, here)}
      judged={Math.abs(points) >= 0.1}
    />
  );
}

function Change({ by, text, title, judged }: { by: number; text: string; title: string; judged: boolean }) {
  const t = useTexts(texts);
  const Arrow = by > 0 ? ArrowUp : ArrowDown;
  return (
    <span
      title={t("before", { value: title })}
      className={cn(
        "figures inline-flex items-center gap-0.5 whitespace-nowrap font-medium text-muted text-xs",
        judged && (by > 0 ? "text-bad-text" : "text-good-text"),
      )}
    >
      {by === 0 ? null : (
        <>
          <Arrow aria-hidden="true" className="size-3" />
          <span className="sr-only">{by > 0 ? t("rose") : t("fell")} </span>
        </>
      )}
      {text}
    </span>
  );
}

/** The two ways of failing that occurred most, each a way to those calls. */
function Failed({ totals, range }: { totals: Overview["totals"]; range: string }) {
  const t = useTexts(texts);
  const here = locale(useLanguage());
  const found = OUTCOMES.map((outcome) => ({ outcome, calls: totals.outcomes[outcome] ?? 0 }))
    .filter(({ calls }) => calls > 0)
    .sort((a, b) => b.calls - a.calls);
  if (totals.requests === 0) return "";
  if (found.length === 0) return t("noneFailed");
  const name = (outcome: Outcome) => t(`outcome_${outcome}`);
  return (
    <span title={found.map(({ outcome, calls }) => `${name(outcome)}: ${exactNumber(calls, here)}`).join("\n")}>
      {found.slice(0, 2).map(({ outcome, calls }, at) => (
        <span key={outcome}>
          {at > 0 ? " · " : ""}
          <Link to="/logs" search={{ range, outcome }} className="underline-offset-2 hover:text-ink hover:underline">
            {compactNumber(calls, here)} {name(outcome)}
          </Link>
        </span>
      ))}
    </span>
  );
}
