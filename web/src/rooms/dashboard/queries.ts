/** What the dashboard asks. Nothing here changes anything. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/api";
import { boundsOf } from "@/format";
import { quietMs } from "./range";

export type Overview = Schemas["OverviewBody"];
export type Totals = Schemas["TotalsBody"];
export type Health = Schemas["HealthBody"];
export type ProviderHealth = Schemas["ProviderHealthBody"];

/** Rows of the live feed, and so of what it begins with. */
export const FEED_ROWS = 40;
const EVER_MS = 90 * 24 * 3_600_000;
const HEALTH_MS = 10_000;

/** Everything of a range; what was shown stays until the answer for another one is there. */
export const overviewQuery = (range: string) =>
  queryOptions({
    queryKey: ["overview", range],
    queryFn: ({ signal }) =>
      data(api.GET("/api/analytics/overview", { params: { query: boundsOf(range, new Date()) }, signal })),
    placeholderData: keepPreviousData,
    staleTime: 5_000,
    refetchInterval: quietMs(range) * 4,
  });

/** The newest calls of all, however old: none means that there has never been one. */
export const newestCallsQuery = queryOptions({
  queryKey: ["calls", "newest"],
  queryFn: ({ signal }) => {
    const from = new Date(Date.now() - EVER_MS).toISOString();
    return data(api.GET("/api/gateway/logs", { params: { query: { from, limit: FEED_ROWS } }, signal }));
  },
  staleTime: 0,
});

export const healthQuery = queryOptions({
  queryKey: ["health"],
  queryFn: ({ signal }) => data(api.GET("/api/health", { signal })),
  refetchInterval: HEALTH_MS,
});

export const providersHealthQuery = queryOptions({
  queryKey: ["providers", "health", "dashboard"],
  queryFn: ({ signal }) => data(api.GET("/api/admin/providers/health", { signal })),
  refetchInterval: HEALTH_MS,
});

/** Whether there is any key that one may see. */
export const anyKeyQuery = queryOptions({
  queryKey: ["keys", "any"],
  queryFn: async ({ signal }) =>
    (await data(api.GET("/api/keys", { params: { query: { limit: 1 } }, signal }))).items.length > 0,
  staleTime: 0,
});
