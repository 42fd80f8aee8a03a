/** What the room asks and changes. Every change brings the list, the open rule and the alerts up to date. */
import { queryOptions } from "@tanstack/react-query";
import { api, data, ifMatch, queryClient, type Schemas, tagged } from "@/api";
import { pagedList, wholeList } from "@/list";

export type Rule = Schemas["RuleBody"];
export type Budget = Schemas["BudgetBody"];
export type Alert = Schemas["AlertBody"];
/** Dollars as a decimal text, calls and tokens as a number. */
export type Amount = Schemas["Amount"];
export type Limit = { kind: "rule"; is: Rule } | { kind: "budget"; is: Budget };

/** All of them, the one that is closest to its max first. What is used changes by itself. */
export const limitsQuery = {
  ...wholeList<Limit>(["limits", "list"], async (page, signal) => {
    const answer = await data(api.GET("/api/admin/limits", { params: { query: page }, signal }));
    const items = answer.items.flatMap(({ rule, budget }): Limit[] =>
      rule ? [{ kind: "rule", is: rule }] : budget ? [{ kind: "budget", is: budget }] : [],
    );
    return { items, next_cursor: answer.next_cursor ?? null };
  }),
  refetchInterval: 5_000,
};

/** Those of one subject, the one that is closest to its max first. */
export const limitsOfQuery = (subject_kind: string, subject_id: string) =>
  queryOptions({
    queryKey: ["limits", "list", subject_kind, subject_id],
    queryFn: async ({ signal }) => {
      const params = { path: { subject_kind, subject_id } };
      const [rules, budgets] = await Promise.all([
        data(api.GET("/api/admin/limits/{subject_kind}/{subject_id}/rules", { params, signal })),
        data(api.GET("/api/admin/limits/{subject_kind}/{subject_id}/budgets", { params, signal })),
      ]);
      const all: Limit[] = [
        ...rules.items.map((is): Limit => ({ kind: "rule", is })),
        ...budgets.items.map((is): Limit => ({ kind: "budget", is })),
      ];
      return all.sort((a, b) => (b.is.usage?.percent ?? 0) - (a.is.usage?.percent ?? 0));
    },
    refetchInterval: 10_000,
  });

/** Where a rule or budget stands in the API. */
export interface Place {
  kind: "rule" | "budget";
  subject_kind: string;
  subject_id: string;
  id: string;
}

/** The organisation has no id; in an address it is called so. */
const named = (kind: string, id: string) => (kind === "organisation" ? "default" : id);

export const placeOf = ({ kind, is }: Limit): Place => ({
  kind,
  subject_kind: is.subject.kind,
  subject_id: named(is.subject.kind, is.subject.id),
  id: is.id,
});

/** As it is written in the page's address, and read from there. */
export const writePlace = ({ kind, subject_kind, subject_id, id }: Place) =>
  [kind, subject_kind, id, subject_id].join("/");

export function readPlace(text: string | undefined): Place | undefined {
  const [kind, subject_kind, id, ...rest] = (text ?? "").split("/");
  if ((kind !== "rule" && kind !== "budget") || !subject_kind || !id || rest.length === 0) return undefined;
  return { kind, subject_kind, id, subject_id: rest.join("/") };
}

const path = ({ subject_kind, subject_id, id }: Place) => ({ params: { path: { subject_kind, subject_id, id } } });

/** One of them with the version that an edit is based on. */
export const limitQuery = (place: Place) =>
  queryOptions({
    queryKey: ["limits", "one", place],
    queryFn: async ({ signal }) => {
      if (place.kind === "rule") {
        const { value, etag } = await tagged(
          api.GET("/api/admin/limits/{subject_kind}/{subject_id}/rules/{id}", { ...path(place), signal }),
        );
        return { value: { kind: "rule", is: value } as Limit, etag };
      }
      const { value, etag } = await tagged(
        api.GET("/api/admin/limits/{subject_kind}/{subject_id}/budgets/{id}", { ...path(place), signal }),
      );
      return { value: { kind: "budget", is: value } as Limit, etag };
    },
    // An edit must begin with what is there now.
    staleTime: 0,
  });

export const PERIODS = ["daily", "weekly", "monthly"] as const;
export type Period = (typeof PERIODS)[number];

/** What a subject has spent in its last periods, newest first. */
export const historyQuery = (subject_kind: string, subject_id: string, period: Period) =>
  queryOptions({
    queryKey: ["limits", "history", subject_kind, subject_id, period],
    queryFn: ({ signal }) =>
      data(
        api.GET("/api/admin/limits/{subject_kind}/{subject_id}/history", {
          params: { path: { subject_kind, subject_id }, query: { period, limit: 14 } },
          signal,
        }),
      ),
    staleTime: 0,
  });

export const alertsQuery = pagedList(["limits", "alerts"], (page, signal) =>
  data(api.GET("/api/admin/limits/alerts", { params: { query: page }, signal })),
);

export function createRule(subject_kind: string, subject_id: string, body: Schemas["NewRuleBody"]) {
  const params = { path: { subject_kind, subject_id: named(subject_kind, subject_id) } };
  return changed(data(api.POST("/api/admin/limits/{subject_kind}/{subject_id}/rules", { params, body })));
}

export function createBudget(subject_kind: string, subject_id: string, body: Schemas["NewBudgetBody"]) {
  const params = { path: { subject_kind, subject_id: named(subject_kind, subject_id) } };
  return changed(data(api.POST("/api/admin/limits/{subject_kind}/{subject_id}/budgets", { params, body })));
}

/** `hard` only for budgets. */
export function updateLimit(place: Place, { max, hard }: { max: string; hard: boolean }, etag: string | undefined) {
  const sent = place.kind === "rule";
  return changed<unknown>(
    sent
      ? data(
          api.PATCH("/api/admin/limits/{subject_kind}/{subject_id}/rules/{id}", {
            ...path(place),
            body: { max: Number(max) },
            ...ifMatch(etag),
          }),
        )
      : data(
          api.PATCH("/api/admin/limits/{subject_kind}/{subject_id}/budgets/{id}", {
            ...path(place),
            body: { max, hard },
            ...ifMatch(etag),
          }),
        ),
  );
}

export function deleteLimit(place: Place) {
  return changed<unknown>(
    place.kind === "rule"
      ? data(api.DELETE("/api/admin/limits/{subject_kind}/{subject_id}/rules/{id}", path(place)))
      : data(api.DELETE("/api/admin/limits/{subject_kind}/{subject_id}/budgets/{id}", path(place))),
  );
}

export function setOverride(place: Place, body: Schemas["OverrideWishBody"]) {
  return changed<unknown>(
    place.kind === "rule"
      ? data(api.POST("/api/admin/limits/{subject_kind}/{subject_id}/rules/{id}/override", { ...path(place), body }))
      : data(api.POST("/api/admin/limits/{subject_kind}/{subject_id}/budgets/{id}/override", { ...path(place), body })),
  );
}

export function clearOverride(place: Place) {
  return changed<unknown>(
    place.kind === "rule"
      ? data(api.DELETE("/api/admin/limits/{subject_kind}/{subject_id}/rules/{id}/override", path(place)))
      : data(api.DELETE("/api/admin/limits/{subject_kind}/{subject_id}/budgets/{id}/override", path(place))),
  );
}

export function resetLimit(place: Place) {
  return changed<unknown>(
    place.kind === "rule"
      ? data(api.POST("/api/admin/limits/{subject_kind}/{subject_id}/rules/{id}/reset", path(place)))
      : data(api.POST("/api/admin/limits/{subject_kind}/{subject_id}/budgets/{id}/reset", path(place))),
  );
}

/** Those that a limit can be set for, by what is typed. */
export function subjectsQuery(kind: string, q: string) {
  const found = async (signal: AbortSignal): Promise<{ id: string; name: string }[]> => {
    const query = { limit: 20, ...(q ? { q } : {}) };
    switch (kind) {
      case "user": {
        const { items } = await data(api.GET("/api/admin/users", { params: { query }, signal }));
        return items.map(({ id, email }) => ({ id, name: email }));
      }
      case "key": {
        const { items } = await data(api.GET("/api/keys", { params: { query }, signal }));
        return items.map(({ id, name, key_prefix }) => ({ id, name: `${name} (${key_prefix})` }));
      }
      case "provider": {
        const { items } = await data(api.GET("/api/admin/providers", { signal }));
        return items.map(({ id, name }) => ({ id, name }));
      }
      case "model": {
        const { items } = await data(api.GET("/api/admin/models", { signal }));
        return items.map(({ model_id }) => ({ id: model_id, name: model_id }));
      }
      case "route": {
        const { items } = await data(api.GET("/api/admin/models", { signal }));
        return items.flatMap(({ model_id, routes }) =>
          routes.map(({ id, provider, upstream_model }) => ({
            id,
            name: `${model_id} → ${provider}/${upstream_model}`,
          })),
        );
      }
      default:
        return [];
    }
  };
  return queryOptions({ queryKey: ["limits", "subjects", kind, q], queryFn: ({ signal }) => found(signal) });
}

async function changed<R>(change: Promise<R>): Promise<R> {
  const result = await change;
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: ["limits", "list"] }),
    queryClient.invalidateQueries({ queryKey: ["limits", "one"] }),
  ]);
  return result;
}
