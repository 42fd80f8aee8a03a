import type { T } from "@/i18n";
import { Status, type Tone } from "@/ui/badge";
import { OUTCOME_NAMES, type Outcome } from "./fields";
import type { Call } from "./queries";
import type { texts } from "./texts";

type Say = T<(typeof texts)["en"]>;

export const TONES: Record<Outcome, Tone> = {
  ok: "good",
  client_error: "warn",
  refused: "warn",
  upstream_error: "bad",
  cancelled: "neutral",
  interrupted: "bad",
};

/** An outcome of a newer server has no name here yet: it is shown as it is. */
export function outcomeName(t: Say, outcome: string): string {
  return outcome in OUTCOME_NAMES ? t(OUTCOME_NAMES[outcome as Outcome]) : outcome;
}

export function toneOf(outcome: string): Tone {
  return outcome in TONES ? TONES[outcome as Outcome] : "neutral";
}

export function OutcomeStatus({ t, call }: { t: Say; call: Call }) {
  return (
    <Status tone={toneOf(call.outcome)} title={call.error_class || undefined}>
      <span className="figures">{call.status_code || "–"}</span>
      {outcomeName(t, call.outcome)}
    </Status>
  );
}

/** Tokens that went in and came out; reasoning is a part of what came out. */
export const inputOf = (call: Counted) =>
  call.input_tokens + call.cache_read_tokens + call.cache_write_5m_tokens + call.cache_write_1h_tokens;
export const tokensOf = (call: Counted) => inputOf(call) + call.output_tokens;

type Counted = Pick<
  Call,
  "input_tokens" | "cache_read_tokens" | "cache_write_5m_tokens" | "cache_write_1h_tokens" | "output_tokens"
>;

/** Tokens were used, and nobody knows at what price. */
export const isUnpriced = (call: Call) =>
  call.price_version === "" && tokensOf(call) + call.image_units > 0 && Number(call.cost_usd) === 0;
