/** What the room asks and changes. */
import { queryOptions } from "@tanstack/react-query";
import { api, data, ifMatch, queryClient, type Schemas, tagged } from "@/api";
import { wholeList } from "@/list";

export type Model = Schemas["ModelBody"];
export type Provider = Schemas["ProviderBody"];
export type Price = Schemas["PriceBody"];
export type Rates = Schemas["RatesBody"];
export type RemoteModel = Schemas["RemoteModelBody"];

export const modelsQuery = wholeList(["models"], (_page, signal) => data(api.GET("/api/admin/models", { signal })));

export const providersQuery = wholeList(["providers"], (_page, signal) =>
  data(api.GET("/api/admin/providers", { signal })),
);

export const pricesQuery = wholeList(["prices"], (_page, signal) => data(api.GET("/api/admin/prices", { signal })));

export type Standing = Schemas["RouteStandingBody"];

/** How routes stand in the replica that answers; looked at anew while somebody looks on. */
export const standingsQuery = queryOptions({
  queryKey: ["route-standings"],
  queryFn: async ({ signal }) => {
    const { items } = await data(api.GET("/api/admin/routes/standings", { signal }));
    return new Map(items.map((standing) => [standing.route_id, standing]));
  },
  refetchInterval: 5_000,
  staleTime: 5_000,
});

/** One model with the version that an edit is based on. */
export const modelQuery = (id: string) =>
  queryOptions({
    queryKey: ["models", id],
    queryFn: ({ signal }) => tagged(api.GET("/api/admin/models/{id}", { params: { path: { id } }, signal })),
    // An edit must begin with what is there now.
    staleTime: 0,
  });

export const remoteModelsQuery = (provider: string) =>
  queryOptions({
    queryKey: ["remote-models", provider],
    queryFn: async ({ signal }) => {
      const path = { params: { path: { id: provider } }, signal };
      const { items } = await data(api.GET("/api/admin/providers/{id}/remote-models", path));
      // Some servers list a model twice.
      return [...new Map(items.map((model) => [model.id, model])).values()];
    },
    staleTime: 5 * 60_000,
    retry: false,
  });

/** Keys that name the model, as far as one may see keys. */
export const keysNaming = (model: string) =>
  queryOptions({
    queryKey: ["keys-naming", model],
    queryFn: async ({ signal }) => {
      const { items } = await data(api.GET("/api/keys", { params: { query: { limit: 1000 } }, signal }));
      // A key that is being rotated is there with both secrets.
      return [...new Map(items.map((key) => [key.lineage_id, key])).values()]
        .filter((key) => key.allowed_models?.includes(model))
        .map((key) => key.name);
    },
    staleTime: 0,
  });

export const createModel = (body: Schemas["NewModelBody"]) => changed(data(api.POST("/api/admin/models", { body })));

export const updateModel = (id: string, body: Schemas["ModelEditBody"], etag: string | undefined) =>
  changed(data(api.PATCH("/api/admin/models/{id}", { params: { path: { id } }, body, ...ifMatch(etag) })));

export const setEnabled = (id: string, enabled: boolean) => updateModel(id, { enabled }, undefined);

export const deleteModel = (id: string) =>
  changed(data(api.DELETE("/api/admin/models/{id}", { params: { path: { id } } })));

async function changed<R>(change: Promise<R>): Promise<R> {
  const result = await change;
  await Promise.all(
    ["models", "prices", "remote-models"].map((key) => queryClient.invalidateQueries({ queryKey: [key] })),
  );
  return result;
}
