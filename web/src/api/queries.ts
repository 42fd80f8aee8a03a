/** The query cache, and the questions that the shell itself asks. */
import { MutationCache, QueryClient, queryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "./client";
import { isConnected, onConnection } from "./connection";
import { isPassing } from "./errors";
import { signedIn } from "./session";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => failures < 2 && isPassing(error),
      // The banner and the probe of connection.ts decide when to ask again, not the browser's guess.
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
  mutationCache: new MutationCache(),
});

onConnection(() => {
  if (isConnected()) void queryClient.invalidateQueries();
});

export const setupQuery = queryOptions({
  queryKey: ["setup"],
  queryFn: ({ signal }) => data(api.GET("/api/setup/status", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

export type Me = Schemas["MeBody"];

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async ({ signal }): Promise<Me> => {
    const me = await data(api.GET("/api/auth/me", { signal }));
    signedIn();
    return me;
  },
  staleTime: 60_000,
});

export const versionQuery = queryOptions({
  queryKey: ["version"],
  queryFn: ({ signal }) => data(api.GET("/api/version", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});
