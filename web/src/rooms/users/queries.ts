/** What the room asks and changes. Every change brings the list and the open user up to date. */
import { queryOptions } from "@tanstack/react-query";
import { api, data, ifMatch, queryClient, type Schemas, tagged } from "@/api";
import { wholeList } from "@/list";

export type User = Schemas["UserBody"];

export const usersQuery = wholeList(["users"], (page, signal) =>
  data(api.GET("/api/admin/users", { params: { query: page }, signal })),
);

/** One user with the version that an edit is based on. */
export const userQuery = (id: string) =>
  queryOptions({
    queryKey: ["users", id],
    queryFn: ({ signal }) => tagged(api.GET("/api/admin/users/{id}", { params: { path: { id } }, signal })),
    // An edit must begin with what is there now.
    staleTime: 0,
  });

export const createUser = (body: Schemas["NewUserBody"]) => changed(data(api.POST("/api/admin/users", { body })));

export const updateUser = (id: string, body: Schemas["UserEditBody"], etag: string | undefined) =>
  changed(data(api.PATCH("/api/admin/users/{id}", { params: { path: { id } }, body, ...ifMatch(etag) })));

export const setActive = (id: string, active: boolean) =>
  changed(
    data(
      active
        ? api.POST("/api/admin/users/{id}/activate", { params: { path: { id } } })
        : api.POST("/api/admin/users/{id}/deactivate", { params: { path: { id } } }),
    ),
  );

export const resetPassword = (id: string, password: string) =>
  data(api.POST("/api/admin/users/{id}/reset-password", { params: { path: { id } }, body: { password } }));

export const forceLogout = (id: string) =>
  data(api.POST("/api/admin/users/{id}/force-logout", { params: { path: { id } } }));

export const deleteUser = (id: string) =>
  changed(data(api.DELETE("/api/admin/users/{id}", { params: { path: { id } } })));

async function changed<R>(change: Promise<R>): Promise<R> {
  const result = await change;
  await queryClient.invalidateQueries({ queryKey: ["users"] });
  return result;
}
