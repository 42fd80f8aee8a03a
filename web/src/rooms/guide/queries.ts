/** What the guide asks: where the gateway is, and which models there are to choose from. */
import { queryOptions } from "@tanstack/react-query";
import { api, data, queryClient } from "@/api";

export const addressQuery = queryOptions({
  queryKey: ["gateway-address"],
  queryFn: ({ signal }) => data(api.GET("/api/gateway/address", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

/** Why the gateway gave no list: its answer's status, or none when there was no answer. */
export class ListRefused extends Error {
  readonly status: number | undefined;
  constructor(status: number | undefined) {
    super(status === undefined ? "no answer" : `answered ${status}`);
    this.status = status;
  }
}

/** The models that a key may use, asked of the gateway with that key, as any client would. */
export const modelsOfKeyQuery = (url: string, key: string) =>
  queryOptions({
    queryKey: ["gateway-models", url, key],
    queryFn: async ({ signal }): Promise<string[]> => {
      const answer = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` }, signal }).catch(
        (error) => {
          if (signal.aborted) throw error;
          throw new ListRefused(undefined);
        },
      );
      if (!answer.ok) throw new ListRefused(answer.status);
      const body: { data?: { id?: unknown }[] } = await answer.json();
      return (body.data ?? []).flatMap(({ id }) => (typeof id === "string" ? [id] : []));
    },
    // Neither refreshed behind one's back nor kept: it is asked with a secret.
    retry: false,
    staleTime: 60_000,
    gcTime: 0,
  });

/** Without a key: models that were set up, for who may read them. */
export const modelsQuery = (mayRead: boolean) =>
  queryOptions({
    queryKey: ["guide-models", mayRead],
    queryFn: async ({ signal }) =>
      mayRead ? (await data(api.GET("/api/admin/models", { signal }))).items.map((model) => model.model_id) : [],
    staleTime: 60_000,
  });

export async function createKey(name: string) {
  const key = await data(api.POST("/api/keys", { body: { name } }));
  await queryClient.invalidateQueries({ queryKey: ["keys"] });
  return key;
}
