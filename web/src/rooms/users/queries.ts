/** What the room asks and changes. Every change brings the list and the open user up to date. */
import { queryOptions } from "@tanstack/react-query";
import { api, data, ifMatch, queryClient, type Schemas, tagged } from "@/api";
import { pagedList } from "@/list";

export type User = Schemas["UserBody"];

const SORTS = ["email", "display_name", "created_at"];

interface Asked {
  q: string;
  sort: string | undefined;
  active: boolean | undefined;
  serviceAccount: boolean | undefined;
}

/** The server searches, sorts and pages: an organisation has more people than a browser should hold. */
export function usersQuery({ q, sort, active, serviceAccount }: Asked) {
  const known = sort && SORTS.includes(sort.replace(/^-/, "")) ? sort : undefined;
  const query = {
    ...(q.trim() ? { q: q.trim() } : {}),
    ...(known ? { sort: known } : {}),
    ...(active === undefined ? {} : { active }),
    ...(serviceAccount === undefined ? {} : { service_account: serviceAccount }),
  };
  return pagedList(["users", "list", query], (page, signal) =>
    data(api.GET("/api/admin/users", { params: { query: { ...query, ...page } }, signal })),
  );
}

/** One user with the version that an edit is based on. */
export const userQuery = (id: string) =>
  queryOptions({
    queryKey: ["users", "one", id],
    queryFn: ({ signal }) => tagged(api.GET("/api/admin/users/{id}", { params: { path: { id } }, signal })),
    // An edit must begin with what is there now.
    staleTime: 0,
  });

/** What would end with a user: keys and sessions. */
export const impactQuery = (id: string) =>
  queryOptions({
    queryKey: ["users", "impact", id],
    queryFn: ({ signal }) => data(api.GET("/api/admin/users/{id}/impact", { params: { path: { id } }, signal })),
    staleTime: 0,
    // A number from the last time the dialog was open would be believed.
    gcTime: 0,
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
  changed(data(api.POST("/api/admin/users/{id}/reset-password", { params: { path: { id } }, body: { password } })));

export const forceLogout = (id: string) =>
  data(api.POST("/api/admin/users/{id}/force-logout", { params: { path: { id } } }));

export const deleteUser = (id: string) =>
  changed(data(api.DELETE("/api/admin/users/{id}", { params: { path: { id } } })));

async function changed<R>(change: Promise<R>): Promise<R> {
  const result = await change;
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: ["users", "list"] }),
    queryClient.invalidateQueries({ queryKey: ["users", "one"] }),
  ]);
  return result;
}
