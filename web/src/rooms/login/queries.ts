import { api, data, queryClient, type Schemas } from "@/api";

/** Signs in. The cookies are set by the server; what was read by somebody else before is forgotten. */
export async function signIn(body: Schemas["LoginBody"]): Promise<void> {
  await data(api.POST("/api/auth/login", { body }));
  queryClient.clear();
}
