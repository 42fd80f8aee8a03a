/** What the room asks and changes. Every change brings the list and the open key up to date. */
import { queryOptions } from "@tanstack/react-query";
import { api, data, ifMatch, queryClient, type Schemas, tagged } from "@/api";
import { pagedList, wholeList } from "@/list";

export type Key = Schemas["KeyBody"];
export type IssuedKey = Schemas["IssuedKeyBody"];

export const SOON_DAYS = 7;
/** Over which the cost in the list is summed. */
export const COST_DAYS = 30;
/** As the server names them. */
export const KEY_STATES = ["active", "grace", "disabled", "expired", "replaced", "revoked"] as const;
export type KeyState = (typeof KEY_STATES)[number];
const SORTS = ["name", "created_at", "expires_at", "last_used_at"];

interface Asked {
  q: string;
  sort: string | undefined;
  /** One of these, or those that something can still be done with. */
  state: KeyState | "all" | undefined;
  userId: string | undefined;
}

/** The server searches, sorts and pages: there may be thousands. */
export function keysQuery({ q, sort, state, userId }: Asked) {
  const known = sort && SORTS.includes(sort.replace(/^-/, "")) ? sort : undefined;
  const query = {
    ...(q.trim() ? { q: q.trim() } : {}),
    ...(known ? { sort: known } : {}),
    ...(state === "all" ? { include_ended: true } : state ? { state } : {}),
    ...(userId ? { user_id: userId } : {}),
  };
  return pagedList(["keys", "list", query], (page, signal) =>
    data(api.GET("/api/keys", { params: { query: { ...query, ...page } }, signal })),
  );
}

export const expiringQuery = wholeList(["keys", "expiring"], (_, signal) =>
  data(api.GET("/api/keys/expiring", { params: { query: { days: SOON_DAYS } }, signal })),
);

/** One key with the version that an edit is based on. */
export const keyQuery = (id: string) =>
  queryOptions({
    queryKey: ["keys", "one", id],
    queryFn: ({ signal }) => tagged(api.GET("/api/keys/{id}", { params: { path: { id } }, signal })),
    staleTime: 0,
  });

/** What every key cost lately, by lineage: one question for the whole list. */
export const costsQuery = queryOptions({
  queryKey: ["keys", "costs"],
  queryFn: async ({ signal }) => {
    const query = { group_by: "key", from: hoursAgo(COST_DAYS * 24) };
    const { items } = await data(api.GET("/api/analytics/costs", { params: { query }, signal }));
    return new Map(items.map((row) => [row.group.key ?? "", row.cost_usd]));
  },
  staleTime: 60_000,
});

/** The calls of a lineage in the last hours. */
export const usageQuery = (lineage: string, hours: number) =>
  queryOptions({
    queryKey: ["keys", "usage", lineage, hours],
    queryFn: async ({ signal }) => {
      const query = { key_lineage_id: lineage, from: hoursAgo(hours) };
      return (await data(api.GET("/api/analytics/usage", { params: { query }, signal }))).total;
    },
    staleTime: 0,
  });

/** Names of models to choose from: those set up, for who may read them, and those that were called lately. */
export const modelNamesQuery = (mayRead: boolean) =>
  queryOptions({
    queryKey: ["keys", "models", mayRead],
    queryFn: async ({ signal }) => {
      const query = { group_by: "model", from: hoursAgo(COST_DAYS * 24) };
      const [models, used] = await Promise.all([
        mayRead ? data(api.GET("/api/admin/models", { signal })) : { items: [] },
        data(api.GET("/api/analytics/usage", { params: { query }, signal })),
      ]);
      const names = new Map(models.items.map((model) => [model.model_id, model.display_name]));
      for (const { group, output_tokens } of used.items) {
        // Also asked for, but never answered: names that do not exist.
        if (group.model && output_tokens > 0 && !names.has(group.model)) names.set(group.model, "");
      }
      return [...names].map(([value, hint]) => ({ value, hint })).sort((a, b) => a.value.localeCompare(b.value));
    },
    staleTime: 60_000,
  });

/** People and services whose name or address holds the text. */
export const ownersQuery = (q: string) =>
  queryOptions({
    queryKey: ["keys", "owners", q],
    queryFn: async ({ signal }) => {
      const query = { active: true, limit: 20, ...(q ? { q } : {}) };
      return (await data(api.GET("/api/admin/users", { params: { query }, signal }))).items;
    },
    placeholderData: (before) => before,
  });

export const createKey = (body: Schemas["NewKeyBody"]) => changed(data(api.POST("/api/keys", { body })));

export const updateKey = (id: string, body: Schemas["KeyEditBody"], etag: string | undefined) =>
  changed(data(api.PATCH("/api/keys/{id}", { params: { path: { id } }, body, ...ifMatch(etag) })));

export const rotateKey = (id: string, grace_secs: number) =>
  changed(data(api.POST("/api/keys/{id}/rotate", { params: { path: { id } }, body: { grace_secs } })));

export const disableKey = (id: string) =>
  changed(data(api.POST("/api/keys/{id}/disable", { params: { path: { id } }, body: {} })));

export const enableKey = (id: string) => changed(data(api.POST("/api/keys/{id}/enable", { params: { path: { id } } })));

export const revokeKey = (id: string, reason: string) =>
  changed(data(api.POST("/api/keys/{id}/revoke", { params: { path: { id } }, body: reason.trim() ? { reason } : {} })));

async function changed<R>(change: Promise<R>): Promise<R> {
  const result = await change;
  await queryClient.invalidateQueries({ queryKey: ["keys"] });
  return result;
}

/** Usage is kept by the hour, so questions begin at one. */
function hoursAgo(hours: number): string {
  const HOUR = 3_600_000;
  return new Date(Math.floor(Date.now() / HOUR - hours) * HOUR).toISOString();
}
