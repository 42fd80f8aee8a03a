/** What a model or a route says of routing for itself, as it is typed and as the API wants it. Empty: as the settings say. */
import { z } from "zod";
import type { Schemas } from "@/api";

export const TIMEOUTS = ["first_byte_ms", "first_byte_last_ms", "idle_ms", "idle_other_ms", "total_s"] as const;
export const BREAKER = ["failure_pct", "min_samples", "window_s", "open_s"] as const;

export type Timeout = (typeof TIMEOUTS)[number];
export type Breaker = (typeof BREAKER)[number];

/** Stands for "as the settings say" where one of a few is chosen. */
export const USUAL = "usual";
/** Stands for no model. */
export const NONE = "-";

export interface RoutingValues {
  strategy: string;
  affinity: string;
  rescue: string;
  retry_max: string;
  timeout: Record<Timeout, string>;
  /** Names of models in order, with commas or spaces between them. */
  fallbacks: string;
  larger_context: string;
}

export interface RouteRoutingValues {
  timeout: Record<Timeout, string>;
  breaker: Record<Breaker, string>;
  context_tokens: string;
}

const empty = <N extends string>(names: readonly N[]) =>
  Object.fromEntries(names.map((name) => [name, ""])) as Record<N, string>;

export const noRouting = (): RoutingValues => ({
  strategy: USUAL,
  affinity: USUAL,
  rescue: USUAL,
  retry_max: "",
  timeout: empty(TIMEOUTS),
  fallbacks: "",
  larger_context: NONE,
});

export const noRouteRouting = (): RouteRoutingValues => ({
  timeout: empty(TIMEOUTS),
  breaker: empty(BREAKER),
  context_tokens: "",
});

const numbers = <N extends string>(names: readonly N[], number: z.ZodType) =>
  z.object(Object.fromEntries(names.map((name) => [name, number])));

/** What is not a whole number is told here; the server knows the bounds. */
export function routingSchemas(badNumber: string) {
  const number = z
    .string()
    .trim()
    .regex(/^\d{0,9}$/, badNumber);
  return {
    model: z.object({
      strategy: z.string(),
      affinity: z.string(),
      rescue: z.string(),
      retry_max: number,
      timeout: numbers(TIMEOUTS, number),
      fallbacks: z.string(),
      larger_context: z.string(),
    }),
    route: z.object({
      timeout: numbers(TIMEOUTS, number),
      breaker: numbers(BREAKER, number),
      context_tokens: number,
    }),
  };
}

/** Names that are typed with commas, spaces or lines between them. */
export const namesOf = (text: string) => text.split(/[\s,;，、]+/).filter((name) => name !== "");

const typed = <N extends string>(names: readonly N[], stored: Partial<Record<N, number | null>>) =>
  Object.fromEntries(names.map((name) => [name, stored[name] == null ? "" : String(stored[name])])) as Record<
    N,
    string
  >;

const sent = (text: string) => (text.trim() === "" ? null : Number(text));

const allSent = <N extends string>(names: readonly N[], values: Record<N, string>) =>
  Object.fromEntries(names.map((name) => [name, sent(values[name])])) as Record<N, number | null>;

export const storedRouting = (own: Schemas["RoutingBody"]): RoutingValues => ({
  strategy: own.strategy ?? USUAL,
  affinity: own.affinity ?? USUAL,
  rescue: own.rescue ?? USUAL,
  retry_max: own.retry_max == null ? "" : String(own.retry_max),
  timeout: typed(TIMEOUTS, own.timeout ?? {}),
  fallbacks: (own.fallbacks ?? []).join(", "),
  larger_context: own.larger_context ?? NONE,
});

export const storedRouteRouting = (own: Schemas["RouteRoutingBody"]): RouteRoutingValues => ({
  timeout: typed(TIMEOUTS, own.timeout ?? {}),
  breaker: typed(BREAKER, own.breaker ?? {}),
  context_tokens: own.context_tokens == null ? "" : String(own.context_tokens),
});

export const routingOf = (values: RoutingValues): Schemas["RoutingBody"] => ({
  strategy: values.strategy === USUAL ? null : values.strategy,
  affinity: values.affinity === USUAL ? null : values.affinity,
  rescue: values.rescue === USUAL ? null : values.rescue,
  retry_max: sent(values.retry_max),
  timeout: allSent(TIMEOUTS, values.timeout),
  fallbacks: namesOf(values.fallbacks),
  larger_context: values.larger_context === NONE ? null : values.larger_context,
});

export const routeRoutingOf = (values: RouteRoutingValues): Schemas["RouteRoutingBody"] => ({
  timeout: allSent(TIMEOUTS, values.timeout),
  breaker: allSent(BREAKER, values.breaker),
  context_tokens: sent(values.context_tokens),
});

/** Whether anything is said: then its fold is open. */
export const saysSomething = (values: RoutingValues | RouteRoutingValues): boolean =>
  Object.values(values).some((value) =>
    typeof value === "string" ? value !== "" && value !== USUAL && value !== NONE : Object.values(value).some(Boolean),
  );
