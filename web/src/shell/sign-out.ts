import { api, data, isStatus, queryClient } from "@/api";
import { signedOut } from "@/api/session";

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
