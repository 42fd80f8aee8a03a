/**
 * Whether the server can be reached. Lost with the first request that gets no answer; then asked for with growing
 * pauses until it answers. The banner of the shell shows it, and queries are asked again when it is back.
 */
import { useSyncExternalStore } from "react";

type State = "up" | "lost";

const PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 15_000];
const listeners = new Set<() => void>();
let state: State = "up";
let attempt = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

export function reportLost(): void {
  if (state === "lost") return;
  state = "lost";
  attempt = 0;
  tell();
  schedule();
}

/** Asks now instead of after the pause. */
export async function probe(): Promise<void> {
  clearTimeout(timer);
  const answer = await fetch("/api/version", { cache: "no-store" }).catch(() => undefined);
  // A proxy in front of a server that is away answers 502 to 504.
  if (answer && answer.status < 502) {
    state = "up";
    tell();
  } else if (state === "lost") {
    schedule();
  }
}

export function useConnection(): State {
  return useSyncExternalStore(onConnection, () => state);
}

export function onConnection(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function isConnected(): boolean {
  return state === "up";
}

/** Whether the server answers, asked now; if it does not, the banner says so from here on. */
export async function reaches(): Promise<boolean> {
  if (state === "lost") return false;
  const answer = await fetch("/api/version", { cache: "no-store" }).catch(() => undefined);
  if (answer && answer.status < 502) return true;
  reportLost();
  return false;
}

/** Waits until the server answers again. */
export function reconnected(): Promise<void> {
  if (state === "up") return Promise.resolve();
  return new Promise((done) => {
    const leave = onConnection(() => {
      if (state === "lost") return;
      leave();
      done();
    });
  });
}

function schedule(): void {
  timer = setTimeout(probe, PAUSES_MS[Math.min(attempt++, PAUSES_MS.length - 1)]);
}

function tell(): void {
  for (const listener of listeners) listener();
}

if (typeof window !== "undefined") {
  window.addEventListener("offline", reportLost);
  window.addEventListener("online", () => void probe());
}
