import { api, data, isStatus, queryClient, type Schemas } from "@/api";
import { signedIn, signedOut } from "@/api/session";

/** Signs in. The cookies are set by the server; what somebody else read before is forgotten. */
export async function signIn(body: Schemas["LoginBody"]): Promise<void> {
  await data(api.POST("/api/auth/login", { body }));
  queryClient.clear();
  signedIn();
}

/** Ends the session, and forgets everything that was read in it. */
export async function signOut(): Promise<void> {
  // From here on a 401 is an answer, not an expired session to be asked about.
  signedOut();
  try {
    await data(api.POST("/api/auth/logout"));
  } catch (error) {
    if (!isStatus(error, 401)) throw error;
  }
  queryClient.clear();
}
