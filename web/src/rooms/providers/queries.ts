/** What the room asks and changes. */
import { queryOptions } from "@tanstack/react-query";
import { api, data, ifMatch, queryClient, type Schemas, tagged } from "@/api";
import { wholeList } from "@/list";

export type Provider = Schemas["ProviderBody"];
export type Health = Schemas["ProviderHealthBody"];
export type Model = Schemas["ModelBody"];
export type RemoteModel = Schemas["RemoteModelBody"];
export type Probe = Schemas["ProbeBody"];
export type Dependent = Schemas["DependentModelBody"];

export const providersQuery = wholeList(["providers"], (_page, signal) =>
  data(api.GET("/api/admin/providers", { signal })),
);

export const modelsQuery = wholeList(["models"], (_page, signal) => data(api.GET("/api/admin/models", { signal })));

/** Long enough to have seen a call, short enough to be about now. */
const HEALTH_MINUTES = 60;

export const healthQuery = queryOptions({
  queryKey: ["provider-health"],
  queryFn: ({ signal }) =>
    data(api.GET("/api/admin/providers/health", { params: { query: { minutes: HEALTH_MINUTES } }, signal })),
  refetchInterval: 15_000,
});

/** One provider with the version that an edit is based on. */
export const providerQuery = (id: string) =>
  queryOptions({
    queryKey: ["providers", id],
    queryFn: ({ signal }) => tagged(api.GET("/api/admin/providers/{id}", { params: { path: { id } }, signal })),
    // An edit must begin with what is there now.
    staleTime: 0,
  });

export const impactQuery = (id: string) =>
  queryOptions({
    queryKey: ["provider-impact", id],
    queryFn: ({ signal }) => data(api.GET("/api/admin/providers/{id}/impact", { params: { path: { id } }, signal })),
    staleTime: 0,
  });

export const remoteModelsQuery = (id: string) =>
  queryOptions({
    queryKey: ["remote-models", id],
    queryFn: async ({ signal }) => {
      const path = { params: { path: { id } }, signal };
      const { items } = await data(api.GET("/api/admin/providers/{id}/remote-models", path));
      // Some servers list a model twice.
      return [...new Map(items.map((model) => [model.id, model])).values()];
    },
    // The provider is asked anew by the button only: its answer can take seconds.
    staleTime: 5 * 60_000,
    retry: false,
  });

export const createProvider = (body: Schemas["NewProviderBody"]) =>
  changed(data(api.POST("/api/admin/providers", { body })));

export const updateProvider = (id: string, body: Schemas["ProviderEditBody"], etag: string | undefined) =>
  changed(data(api.PATCH("/api/admin/providers/{id}", { params: { path: { id } }, body, ...ifMatch(etag) })));

export const setEnabled = (id: string, enabled: boolean) => updateProvider(id, { enabled }, undefined);

export const testSaved = (id: string) => data(api.POST("/api/admin/providers/{id}/test", { params: { path: { id } } }));

export const testUnsaved = (body: Schemas["ProviderTestBody"]) => data(api.POST("/api/admin/providers/test", { body }));

export const addModel = (provider: string, remote: RemoteModel) =>
  data(
    api.POST("/api/admin/models", {
      body: {
        model_id: remote.id,
        display_name: remote.display_name ?? null,
        routes: [{ provider, upstream_model: remote.id }],
      },
    }),
  );

/** Deletes a provider and what leads there: models without another way are deleted, others lose the route. All or nothing. */
export const deleteProvider = (id: string) =>
  changed(data(api.DELETE("/api/admin/providers/{id}", { params: { path: { id }, query: { with_routes: true } } })));

async function changed<R>(change: Promise<R>): Promise<R> {
  const result = await change;
  await refresh();
  return result;
}

/** Models and health show providers too. */
export async function refresh(): Promise<void> {
  await Promise.all(
    ["providers", "models", "provider-health", "remote-models"].map((key) =>
      queryClient.invalidateQueries({ queryKey: [key] }),
    ),
  );
}
