/** What is asked for, as it stands in the address. */
import { z } from "zod";
import type { paths } from "@/api/schema";
import { boundsOf, isRange } from "@/format";
import { listPlace } from "@/list";

export const DEFAULT_RANGE = "24h";

/** The conditions that the server knows, by their names in its API. */
export type FilterQuery = NonNullable<paths["/api/gateway/logs/live"]["get"]["parameters"]["query"]>;
export type Param = Exclude<keyof FilterQuery, "q">;

export const PARAMS = [
  "user_id",
  "key_id",
  "key_lineage_id",
  "model",
  "provider",
  "outcome",
  "status_code",
  "session_id",
  "trace_id",
  "client",
  "stream",
  "min_duration_ms",
  "max_duration_ms",
  "min_cost_usd",
  "max_cost_usd",
  "min_tokens",
  "max_tokens",
] as const satisfies readonly Param[];

/** Texts as they are typed: what is no number is for the server to refuse, by name. */
const text = z.string().optional().catch(undefined);
const filters = Object.fromEntries(PARAMS.map((param) => [param, text])) as Record<Param, typeof text>;

export const place = listPlace.extend({
  ...filters,
  range: z.string().refine(isRange).catch(DEFAULT_RANGE),
  /** The request id of the call whose details are open. */
  open: text,
  live: z.literal("on").optional().catch(undefined),
});

export type Place = z.infer<typeof place>;
export type Filters = Partial<Record<Param | "q", string>>;

/** The conditions that are set. */
export function filtersOf(here: Place): Filters {
  const set: Filters = {};
  for (const param of ["q", ...PARAMS] as const) if (here[param]) set[param] = here[param];
  return set;
}

/** Every condition taken away. */
export const NO_FILTERS: Readonly<Partial<Record<Param | "q", undefined>>> = Object.fromEntries(
  ["q", ...PARAMS].map((param) => [param, undefined]),
);

export interface Question {
  filters: Filters;
  range: string;
  order: "asc" | "desc";
}

export function questionOf(here: Place): Question {
  return { filters: filtersOf(here), range: here.range, order: here.sort === "timestamp" ? "asc" : "desc" };
}

/** The question as the API takes it, now. */
export function asked({ filters, range, order }: Question, now: Date) {
  return { ...(filters as FilterQuery), ...boundsOf(range, now), ...(order === "asc" ? { order } : {}) };
}
