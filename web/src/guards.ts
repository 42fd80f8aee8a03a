/** Who may enter: without set-up everybody goes to /setup, without sign-in to /login, and back from there. */
import { redirect } from "@tanstack/react-router";
import { isStatus, type Me, meQuery, queryClient, setupQuery } from "@/api";
import { mayBeSignedIn, signedOut } from "@/api/session";

interface Where {
  location: { href: string };
}

export async function requireSignedIn({ location }: Where): Promise<void> {
  if (await needsSetup()) throw redirect({ to: "/setup" });
  if (!(await whoAmI())) throw redirect({ to: "/login", search: location.href === "/" ? {} : { next: location.href } });
}

export async function requireSignedOut(): Promise<void> {
  if (await needsSetup()) throw redirect({ to: "/setup" });
  if (await whoAmI()) throw redirect({ to: "/" });
}

export async function requireUninitialised(): Promise<void> {
  if (!(await needsSetup())) throw redirect({ to: "/" });
}

async function needsSetup(): Promise<boolean> {
  return (await queryClient.ensureQueryData(setupQuery)).needs_setup;
}

async function whoAmI(): Promise<Me | undefined> {
  if (!mayBeSignedIn()) return undefined;
  try {
    return await queryClient.ensureQueryData(meQuery);
  } catch (error) {
    if (isStatus(error, 401)) {
      signedOut();
      return undefined;
    }
    throw error;
  }
}
