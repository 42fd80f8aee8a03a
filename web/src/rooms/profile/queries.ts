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

export const endSession = (id: string) =>
  ended(data(api.DELETE("/api/auth/sessions/{id}", { params: { path: { id } } })).then(() => 1));

/** Ends every session but this one, also those that were opened since the list was loaded; tells how many. */
export const endOtherSessions = () =>
  ended(
    data(api.DELETE("/api/auth/sessions", { params: { query: { others: true } } })).then(
      ({ sessions_ended }) => sessions_ended,
    ),
  );

async function ended(change: Promise<number>): Promise<number> {
  try {
    return await change;
  } finally {
    await queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey });
  }
}
