/** What one can filter by: one entry per condition as a person thinks of it. */
import type { PlainKey } from "@/i18n";
import type { Param } from "./place";
import type { Call } from "./queries";
import type { texts } from "./texts";

export type TextKey = PlainKey<typeof texts>;

interface Base {
  id: string;
  name: TextKey;
}

/** One value, typed or chosen among those in sight. */
export interface ValueField extends Base {
  kind: "value";
  param: Param;
  /** The value of a call, to choose from. */
  of: (call: Call) => string;
  hint?: TextKey;
}

/** One of a few. */
export interface ChoiceField extends Base {
  kind: "choice";
  param: Param;
  options: readonly { value: string; name: TextKey }[];
}

/** At least, at most, or both. */
export interface SpanField extends Base {
  kind: "span";
  min: Param;
  max: Param;
  unit: "ms" | "USD" | "";
}

export type Field = ValueField | ChoiceField | SpanField;

export const OUTCOMES = ["ok", "client_error", "refused", "upstream_error", "cancelled", "interrupted"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const OUTCOME_NAMES: Record<Outcome, TextKey> = {
  ok: "ok",
  client_error: "clientError",
  refused: "refused",
  upstream_error: "upstreamError",
  cancelled: "cancelled",
  interrupted: "interrupted",
};

export const FIELDS: readonly Field[] = [
  {
    id: "outcome",
    kind: "choice",
    name: "outcome",
    param: "outcome",
    options: OUTCOMES.map((value) => ({ value, name: OUTCOME_NAMES[value] })),
  },
  {
    id: "status_code",
    kind: "value",
    name: "status",
    param: "status_code",
    of: (call) => String(call.status_code),
    hint: "statusHint",
  },
  { id: "model", kind: "value", name: "model", param: "model", of: (call) => call.model },
  { id: "provider", kind: "value", name: "provider", param: "provider", of: (call) => call.provider },
  { id: "user_id", kind: "value", name: "user", param: "user_id", of: (call) => call.user_id, hint: "userHint" },
  { id: "key_id", kind: "value", name: "key", param: "key_id", of: (call) => call.key_id, hint: "keyHint" },
  {
    id: "key_lineage_id",
    kind: "value",
    name: "lineage",
    param: "key_lineage_id",
    of: (call) => call.key_lineage_id,
    hint: "lineageHint",
  },
  { id: "client", kind: "value", name: "client", param: "client", of: (call) => call.client },
  { id: "session_id", kind: "value", name: "session", param: "session_id", of: (call) => call.session_id },
  { id: "trace_id", kind: "value", name: "trace", param: "trace_id", of: (call) => call.trace_id },
  {
    id: "stream",
    kind: "choice",
    name: "stream",
    param: "stream",
    options: [
      { value: "true", name: "streamed" },
      { value: "false", name: "whole" },
    ],
  },
  { id: "duration", kind: "span", name: "duration", min: "min_duration_ms", max: "max_duration_ms", unit: "ms" },
  { id: "cost", kind: "span", name: "cost", min: "min_cost_usd", max: "max_cost_usd", unit: "USD" },
  { id: "tokens", kind: "span", name: "tokens", min: "min_tokens", max: "max_tokens", unit: "" },
];

export function paramsOf(field: Field): readonly Param[] {
  return field.kind === "span" ? [field.min, field.max] : [field.param];
}
