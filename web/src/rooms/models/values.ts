/** What is typed into the form of a model, and how the API wants it. Amounts are texts all the way: never a float. */
import { z } from "zod";
import type { Schemas } from "@/api";
import { AUTO } from "./dialect";
import { CLASSES, type PriceClass } from "./price-book";
import type { Model, Rates } from "./queries";
import {
  namesOf,
  noRouteRouting,
  noRouting,
  type RouteRoutingValues,
  type RoutingValues,
  routeRoutingOf,
  routingOf,
  routingSchemas,
  storedRouteRouting,
  storedRouting,
} from "./routing-values";

export interface RouteValues {
  provider: string;
  upstream_model: string;
  weight: string;
  priority: number;
  enabled: boolean;
  /** "auto", or the format that its provider is asked in. */
  dialect: string;
  routing: RouteRoutingValues;
}

export interface ModelValues {
  model_id: string;
  display_name: string;
  enabled: boolean;
  /** What one of its tokens counts in limits and budgets. */
  token_weight: string;
  /** The longest answer it gives, in tokens; empty when not known. */
  max_output_tokens: string;
  /** For how many seconds its answers are given again; empty for never. */
  cache_ttl_s: string;
  /** Further names, with commas or spaces between them. */
  aliases: string;
  routing: RoutingValues;
  routes: RouteValues[];
  /** Prices are written only when somebody sets them: a save alone makes no new version. */
  setsPrices: boolean;
  prices: Record<PriceClass, string>;
}

type Says = Record<
  | "missing"
  | "badName"
  | "badWeight"
  | "badTokenWeight"
  | "badTokens"
  | "badSeconds"
  | "badNumber"
  | "badAmount"
  | "needsRoute"
  | "needsPrice"
  | "twice",
  string
>;

export const NO_PRICES: Record<PriceClass, string> = {
  input: "",
  output: "",
  cache_read: "",
  cache_write_5m: "",
  cache_write_1h: "",
  reasoning: "",
  audio_input: "",
  audio_output: "",
  image: "",
  request: "",
};

/** A week, in seconds. */
const LONGEST_CACHE_S = 604_800;

const NAME = /^[^\s*]{1,200}$/;

export function valuesSchema(says: Says): z.ZodType<unknown, ModelValues> {
  const amount = z
    .string()
    .trim()
    .regex(/^(\d{1,7}(\.\d{1,9})?)?$/, says.badAmount);
  const routing = routingSchemas(says.badNumber);
  return z
    .object({
      model_id: z.string().trim().min(1, says.missing).regex(NAME, says.badName),
      display_name: z.string().trim(),
      enabled: z.boolean(),
      token_weight: z
        .string()
        .trim()
        .regex(/^(?=.*[1-9])\d{1,4}(\.\d{1,3})?$/, says.badTokenWeight),
      max_output_tokens: z
        .string()
        .trim()
        .regex(/^([1-9]\d{0,7})?$/, says.badTokens),
      cache_ttl_s: z
        .string()
        .trim()
        .refine((text) => /^\d{0,6}$/.test(text) && Number(text) <= LONGEST_CACHE_S, says.badSeconds),
      aliases: z.string().refine((text) => namesOf(text).every((name) => NAME.test(name)), says.badName),
      routing: routing.model,
      routes: z
        .array(
          z.object({
            provider: z.string().min(1, says.missing),
            upstream_model: z
              .string()
              .trim()
              .refine((name) => name === "" || NAME.test(name), says.badName),
            weight: z
              .string()
              .trim()
              .regex(/^(\d{1,4}|10000)$/, says.badWeight),
            priority: z.number(),
            enabled: z.boolean(),
            dialect: z.string(),
            routing: routing.route,
          }),
        )
        .min(1, says.needsRoute),
      setsPrices: z.boolean(),
      prices: z.object(Object.fromEntries(CLASSES.map((name) => [name, amount])) as Record<PriceClass, typeof amount>),
    })
    .superRefine((values, context) => {
      const places = values.routes.map((route) => `${route.provider} ${route.upstream_model || values.model_id}`);
      places.forEach((where, at) => {
        if (places.indexOf(where) === at || !values.routes[at]?.provider) return;
        context.addIssue({ code: "custom", path: ["routes", at, "upstream_model"], message: says.twice });
      });
      if (values.setsPrices && CLASSES.every((name) => values.prices[name] === "")) {
        context.addIssue({ code: "custom", path: ["prices", "input"], message: says.needsPrice });
      }
    }) as unknown as z.ZodType<unknown, ModelValues>;
}

export const newRoute = (provider: string, priority = 0): RouteValues => ({
  provider,
  upstream_model: "",
  weight: "100",
  priority,
  enabled: true,
  dialect: AUTO,
  routing: noRouteRouting(),
});

export function newValues(provider: string | undefined): ModelValues {
  return {
    model_id: "",
    display_name: "",
    enabled: true,
    token_weight: "1",
    max_output_tokens: "",
    cache_ttl_s: "",
    aliases: "",
    routing: noRouting(),
    routes: [newRoute(provider ?? "")],
    setsPrices: false,
    prices: NO_PRICES,
  };
}

export function storedValues(model: Model): ModelValues {
  return {
    model_id: model.model_id,
    display_name: model.display_name === model.model_id ? "" : model.display_name,
    enabled: model.enabled,
    token_weight: model.token_weight,
    max_output_tokens: model.max_output_tokens == null ? "" : String(model.max_output_tokens),
    cache_ttl_s: model.cache_ttl_s ? String(model.cache_ttl_s) : "",
    aliases: model.aliases.join(", "),
    routing: storedRouting(model.routing),
    routes: [...model.routes]
      .sort((a, b) => a.priority - b.priority || b.weight - a.weight)
      .map(({ provider_id, upstream_model, weight, priority, enabled, dialect, routing }) => ({
        provider: provider_id,
        // Written out even where it is the same: the model may get another name, the upstream does not.
        upstream_model,
        weight: String(weight),
        priority,
        enabled,
        dialect,
        routing: storedRouteRouting(routing),
      })),
    setsPrices: false,
    prices: NO_PRICES,
  };
}

export function filled(rates: Rates): Record<PriceClass, string> {
  return Object.fromEntries(CLASSES.map((name) => [name, rates[name] ?? ""])) as Record<PriceClass, string>;
}

export function bodyOf(values: ModelValues): Schemas["NewModelBody"] {
  const order = [...new Set(values.routes.map((route) => route.priority))].sort((a, b) => a - b);
  // Groups are moved about freely; numbers below zero would only puzzle whoever reads them.
  const dense = order.some((priority) => priority < 0);
  return {
    model_id: values.model_id.trim(),
    // Emptied, it is the name again.
    display_name: values.display_name.trim() || values.model_id.trim(),
    enabled: values.enabled,
    token_weight: values.token_weight.trim(),
    max_output_tokens: values.max_output_tokens.trim() ? Number(values.max_output_tokens) : null,
    cache_ttl_s: values.cache_ttl_s.trim() ? Number(values.cache_ttl_s) : null,
    aliases: namesOf(values.aliases),
    routing: routingOf(values.routing),
    routes: values.routes.map((route) => ({
      provider: route.provider,
      upstream_model: route.upstream_model.trim() || values.model_id.trim(),
      weight: Number(route.weight),
      priority: dense ? order.indexOf(route.priority) : route.priority,
      enabled: route.enabled,
      dialect: route.dialect,
      routing: routeRoutingOf(route.routing),
    })),
    ...(values.setsPrices ? { prices: ratesOf(values.prices) } : {}),
  };
}

function ratesOf(prices: Record<PriceClass, string>): Rates {
  return Object.fromEntries(CLASSES.map((name) => [name, prices[name].trim() || null])) as Rates;
}
