/** What the wizard asks and changes. Nothing here is read before there is an account. */
import { queryOptions } from "@tanstack/react-query";
import { api, data, queryClient, type Schemas, setupQuery } from "@/api";

export type Made = Schemas["Initialized"];
export type Provider = Schemas["ProviderBody"];
export type Probe = Schemas["ProbeBody"];
export type Call = Schemas["CallBody"];

export const initialize = (body: Schemas["InitializeBody"]) => data(api.POST("/api/setup/initialize", { body }));

/** What this page believed of the server turned out to be old. */
export const forgetSetup = () => queryClient.removeQueries({ queryKey: setupQuery.queryKey });

/** The provider that was made along with the account; there can be only that one yet. */
export const firstProviderQuery = queryOptions({
  queryKey: ["providers", "first"],
  queryFn: async ({ signal }) => {
    const page = await data(api.GET("/api/admin/providers", { signal }));
    return page.items[0] ?? null;
  },
});

export const probeQuery = (id: string) =>
  queryOptions({
    queryKey: ["providers", id, "probe"],
    queryFn: ({ signal }) => data(api.POST("/api/admin/providers/{id}/test", { params: { path: { id } }, signal })),
    // A test costs the provider a call: only when asked for.
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

export const remoteModelsQuery = (id: string) =>
  queryOptions({
    queryKey: ["providers", id, "remote-models"],
    queryFn: async ({ signal }) =>
      (await data(api.GET("/api/admin/providers/{id}/remote-models", { params: { path: { id } }, signal }))).items,
    retry: false,
  });

export async function repairProvider(id: string, body: Schemas["ProviderEditBody"]): Promise<void> {
  await data(api.PATCH("/api/admin/providers/{id}", { params: { path: { id } }, body }));
  await queryClient.invalidateQueries({ queryKey: ["providers"] });
}

export const createKey = (name: string) => data(api.POST("/api/keys", { body: { name } }));

/** Providers of other makes have no model names of their own: the first one that is used is made here. */
export async function routeModel(provider: string, model: string): Promise<void> {
  await data(api.POST("/api/admin/models", { body: { model_id: model, routes: [{ provider }] } }));
  await queryClient.invalidateQueries({ queryKey: ["providers"] });
}

export const gatewayQuery = queryOptions({
  queryKey: ["gateway", "address"],
  queryFn: ({ signal }) => data(api.GET("/api/gateway/address", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

/** The record of a call. It is written after the answer, so it may take a moment to be there. */
export const callQuery = (requestId: string) =>
  queryOptions({
    queryKey: ["logs", "one", requestId],
    queryFn: async ({ signal }) => {
      // Asked of the list, where "not yet" is an empty page: of a single call it would be an error.
      const query = { q: requestId, limit: 1 };
      const [call] = (await data(api.GET("/api/gateway/logs", { params: { query }, signal }))).items;
      if (!call) throw new Error("not recorded yet");
      return call;
    },
    retry: 12,
    retryDelay: 500,
    staleTime: Number.POSITIVE_INFINITY,
  });
