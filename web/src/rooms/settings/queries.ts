/** What the room asks and changes: the typed table of settings. */
import { queryOptions } from "@tanstack/react-query";
import { api, data, ifMatch, queryClient, type Schemas, tagged } from "@/api";

export type Setting = Schemas["SettingBody"];
export type Change = Record<string, boolean | number | string | null>;

export const settingsQuery = queryOptions({
  queryKey: ["settings"],
  queryFn: ({ signal }) => tagged(api.GET("/api/admin/settings", { signal })),
});

/** Has the response cache forget all answers; says how many they were. */
export const purgeCache = () => data(api.POST("/api/admin/cache/purge"));

/** Changes what is named, all or nothing; `null` takes back what was set in the console. */
export async function change(wanted: Change, etag?: string): Promise<void> {
  await data(api.PATCH("/api/admin/settings", { body: wanted as never, ...ifMatch(etag) }));
  await queryClient.invalidateQueries({ queryKey: settingsQuery.queryKey });
}
