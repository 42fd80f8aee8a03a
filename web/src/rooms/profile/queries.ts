/** What the room asks and changes: one's own account and sessions. */
import { queryOptions } from "@tanstack/react-query";
import { api, data, meQuery, queryClient, type Schemas } from "@/api";

export type Session = Schemas["SessionBody"];

export const sessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: async ({ signal }) => (await data(api.GET("/api/auth/sessions", { signal }))).items,
});

export async function rename(display_name: string): Promise<void> {
  const me = await data(api.PATCH("/api/auth/me", { body: { display_name } }));
  queryClient.setQueryData(meQuery.queryKey, me);
}

export async function changePassword(current_password: string, new_password: string): Promise<void> {
  await data(api.POST("/api/auth/password", { body: { current_password, new_password } }));
  await queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey });
}

/** Ends them one after the other; tells how many did end, since some may have ended by themselves. */
export async function endSessions(ids: readonly string[]): Promise<number> {
  try {
    const results = await Promise.allSettled(
      ids.map((id) => data(api.DELETE("/api/auth/sessions/{id}", { params: { path: { id } } }))),
    );
    const failed = results.find((result) => result.status === "rejected");
    const ended = results.filter((result) => result.status === "fulfilled").length;
    if (failed && ended === 0) throw failed.reason;
    return ended;
  } finally {
    await queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey });
  }
}
