/** From the answer of the server to what charts and figures draw. Pure. */
import { dollars } from "@/format";
import type { Overview } from "./queries";

type Values = readonly (number | null)[];

export interface Course {
  times: readonly number[];
  step: number;
  requests: Values;
  errors: Values;
  errorRate: Values;
  cost: Values;
  tokens: Values;
  /** Tokens by class. The classes share nothing, so that they can stand on each other. */
  classes: Readonly<Record<TokenClass, Values>>;
  latency50: Values;
  latency95: Values;
  ttft50: Values;
  ttft95: Values;
  /** Whether the last step is not over. */
  partial: boolean;
}

export const TOKEN_CLASSES = ["input", "cacheRead", "cacheWrite", "output", "reasoning"] as const;
export type TokenClass = (typeof TOKEN_CLASSES)[number];

/** The server sums up in steps of five minutes, and rounds the beginning of a range down to one. */
const GRAIN_MS = 300_000;

export function courseOf({ series: all, step_secs, from, to }: Overview, now: Date): Course {
  // A range may begin within its first step, whose rest would look like a rise.
  const first = Date.parse(all[0]?.at ?? from);
  const cut = all.length > 3 && first < Math.floor(Date.parse(from) / GRAIN_MS) * GRAIN_MS;
  const series = cut ? all.slice(1) : all;
  const of = (value: (point: (typeof series)[number]) => number | null | undefined): Values =>
    series.map((point) => value(point) ?? null);
  const times = series.map(({ at }) => Date.parse(at) / 1000);
  const end = ((times.at(-1) ?? 0) + step_secs) * 1000;
  return {
    times,
    step: step_secs,
    requests: of((point) => point.requests),
    errors: of((point) => point.errors),
    errorRate: of((point) => (point.requests > 0 ? point.errors / point.requests : null)),
    cost: of((point) => dollars(point.cost_usd)),
    tokens: of(tokensOf),
    classes: {
      input: of((point) => point.input_tokens),
      cacheRead: of((point) => point.cache_read_tokens),
      cacheWrite: of((point) => point.cache_write_5m_tokens + point.cache_write_1h_tokens),
      // The server counts reasoning as a part of output.
      output: of((point) => Math.max(0, point.output_tokens - point.reasoning_tokens)),
      reasoning: of((point) => point.reasoning_tokens),
    },
    latency50: of((point) => point.duration_ms.p50),
    latency95: of((point) => point.duration_ms.p95),
    ttft50: of((point) => point.ttft_ms.p50),
    ttft95: of((point) => point.ttft_ms.p95),
    partial: end > Math.min(Date.parse(to), now.getTime()),
  };
}

type Tokens = Pick<
  Overview["totals"],
  "input_tokens" | "cache_read_tokens" | "cache_write_5m_tokens" | "cache_write_1h_tokens" | "output_tokens"
>;

/** Input of all classes. */
export function inputOf(totals: Tokens): number {
  return totals.input_tokens + totals.cache_read_tokens + totals.cache_write_5m_tokens + totals.cache_write_1h_tokens;
}

export function tokensOf(totals: Tokens): number {
  return inputOf(totals) + totals.output_tokens;
}

/** How much more than before, as a share of it; undefined when there is nothing to compare with. */
export function change(now: number | null | undefined, before: number | null | undefined): number | undefined {
  if (now == null || before == null || before === 0) return undefined;
  return now / before - 1;
}
