import { describe, expect, it } from "vitest";
import {
  NONE,
  namesOf,
  noRouteRouting,
  noRouting,
  routeRoutingOf,
  routingOf,
  saysSomething,
  storedRouteRouting,
  storedRouting,
  USUAL,
} from "./routing-values";

describe("routing of a model", () => {
  it("says nothing until something is typed", () => {
    expect(saysSomething(noRouting())).toBe(false);
    expect(saysSomething(noRouteRouting())).toBe(false);
    expect(saysSomething({ ...noRouting(), fallbacks: "b" })).toBe(true);
    expect(saysSomething({ ...noRouteRouting(), breaker: { ...noRouteRouting().breaker, open_s: "5" } })).toBe(true);
    const body = routingOf(noRouting());
    expect(body).toMatchObject({ strategy: null, affinity: null, rescue: null, retry_max: null, larger_context: null });
    expect(body.fallbacks).toEqual([]);
  });

  it("is sent as it is shown", () => {
    const values = {
      ...noRouting(),
      strategy: "cost",
      retry_max: "0",
      fallbacks: "b, c",
      larger_context: "roomy",
      timeout: { ...noRouting().timeout, total_s: "90" },
    };
    expect(storedRouting(routingOf(values))).toEqual(values);
    const route = { ...noRouteRouting(), context_tokens: "8192" };
    expect(storedRouteRouting(routeRoutingOf(route))).toEqual(route);
    expect(routingOf(values).timeout).toMatchObject({ total_s: 90, idle_ms: null });
    const nothing = storedRouting(routingOf(noRouting()));
    expect(nothing).toEqual({ ...noRouting(), strategy: USUAL, larger_context: NONE });
  });

  it("reads names however they are separated", () => {
    expect(namesOf(" a,b c\nd、e，f ;g ")).toEqual(["a", "b", "c", "d", "e", "f", "g"]);
    expect(namesOf("  ")).toEqual([]);
  });
});
