/**
 * The life of a sign-in. Tokens are HttpOnly cookies; nothing here sees them.
 *
 * A 401 is first answered by one refresh, shared by all requests that got one at the same time. If that fails while
 * somebody was signed in, the requests wait: the shell asks for the password over the page, and then they go out again.
 * So an expired session never costs what was typed.
 */
import { useSyncExternalStore } from "react";

type State = "unknown" | "signed_in" | "expired" | "leaving";

/**
 * Whether a sign-in may be there to be found. The cookies cannot be looked at from here, and asking the server of every
 * visitor who they are would greet each with two refusals. Says nothing about rights.
 */
const HINT = "tw.signed_in";

export function mayBeSignedIn(): boolean {
  return localStorage.getItem(HINT) !== null;
}

const listeners = new Set<() => void>();
let state: State = "unknown";
let refreshing: Promise<boolean> | undefined;
let waiting: { promise: Promise<boolean>; settle: (again: boolean) => void } | undefined;

/** Called when the server said who one is. Lets go the requests that waited. */
export function signedIn(): void {
  localStorage.setItem(HINT, "1");
  move("signed_in");
  settle(true);
}

/** Called when the person gives up or signs out: what waits fails with its 401. */
export function signedOut(): void {
  localStorage.removeItem(HINT);
  move("unknown");
  settle(false);
}

/** From here to the end of the session, or until `signedIn` because it could not be ended, nothing else is asked. */
export function leaving(): void {
  move("leaving");
}

export function isLeaving(): boolean {
  return state === "leaving";
}

/** What to do with a 401: true when the request is worth sending once more. */
export async function recover(): Promise<boolean> {
  refreshing ??= refresh().finally(() => {
    refreshing = undefined;
  });
  if (await refreshing) return true;
  if (state !== "signed_in" && state !== "expired") return false;
  move("expired");
  waiting ??= makeWaiting();
  return waiting.promise;
}

export function useSession(): State {
  return useSyncExternalStore(subscribe, () => state);
}

async function refresh(): Promise<boolean> {
  const answer = await fetch("/api/auth/refresh", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  }).catch(() => undefined);
  return answer?.ok ?? false;
}

function makeWaiting() {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  return { promise, settle: resolve };
}

function settle(again: boolean): void {
  waiting?.settle(again);
  waiting = undefined;
}

function move(next: State): void {
  if (state === next) return;
  state = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
