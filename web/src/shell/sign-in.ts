import { api, data, isStatus, queryClient, type Schemas } from "@/api";
import { leaving, signedIn, signedOut } from "@/api/session";
import { useTexts } from "@/i18n";
import { toast } from "@/ui/toast";
import { texts } from "./texts";

/** Signs in. The cookies are set by the server; what somebody else read before is forgotten. */
export async function signIn(body: Schemas["LoginBody"]): Promise<void> {
  await data(api.POST("/api/auth/login", { body }));
  queryClient.clear();
  signedIn();
}

/** Signs out, and says so when that failed: then one is still signed in. */
export function useSignOut(): () => Promise<void> {
  const t = useTexts(texts);
  return () =>
    signOut().catch((error: Error) => toast({ tone: "bad", title: t("signOutFailed"), text: error.message }));
}

/** Ends the session, and leaves the page with everything that was read in it. */
async function signOut(): Promise<void> {
  // A question that is on its way when the session ends would come back as an error of a page nobody looks at any more.
  leaving();
  await queryClient.cancelQueries();
  try {
    await data(api.POST("/api/auth/logout"));
  } catch (error) {
    if (!isStatus(error, 401)) {
      signedIn();
      throw error;
    }
  }
  signedOut();
  // A full load: nothing of one person's session may be left when the next signs in.
  location.assign("/login");
}
