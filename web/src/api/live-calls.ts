/**
 * Finished calls as they happen, for whoever shows them:
 *
 *   const feed = useLiveCalls({ filter: { model }, paused, onCalls: (calls) => …, onGap: () => refetch() });
 *   feed.state // "connecting" | "open" | "waiting" | "refused" | "paused"
 *
 * Calls come in batches, a few times a second at most, newest last. A gap (a connection that was lost, a reader that was
 * too slow, a pause that is over) is told: the list has what was missed.
 */
import { useCallback, useEffect, useRef, useState } from "react";
import { stringifySearch } from "@/search";
import type { Schemas } from "./client";
import { type LiveState, live } from "./live";
import type { paths } from "./schema";

export type Call = Schemas["CallBody"];
export type CallFilter = NonNullable<paths["/api/gateway/logs/live"]["get"]["parameters"]["query"]>;

const BATCH_MS = 200;
/** Calls between two batches; of a flood only the newest are of use to somebody who looks. */
const BATCH = 500;
/** A page that nobody has looked at for so long gives its connection back: a browser has six of them. */
const HIDDEN_MS = 30_000;

export interface LiveCallsOptions {
  filter?: CallFilter;
  paused?: boolean;
  onCalls: (calls: readonly Call[]) => void;
  onGap?: () => void;
}

export interface LiveCalls {
  state: LiveState | "paused";
  /** Why it is being tried again, or was refused. */
  error: unknown;
  /** Asks again after a refusal. */
  retry: () => void;
}

export function useLiveCalls({ filter = {}, paused = false, onCalls, onGap }: LiveCallsOptions): LiveCalls {
  const [{ state, error }, setState] = useState<{ state: LiveState; error?: unknown }>({ state: "connecting" });
  const [turn, setTurn] = useState(0);
  const watched = useWatched();
  const url = `/api/gateway/logs/live${stringifySearch(filter)}`;
  const latest = useRef({ onCalls, onGap });
  latest.current = { onCalls, onGap };
  const began = useRef(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` asks again
  useEffect(() => {
    if (paused || !watched) return;
    const end = new AbortController();
    let waiting: Call[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;

    const flush = () => {
      timer = undefined;
      const calls = waiting;
      waiting = [];
      latest.current.onCalls(calls);
    };

    void live<Schemas["LiveLine"]>({
      url: new URL(url, location.origin).href,
      signal: end.signal,
      onState: (state, error) => {
        setState({ state, error });
        if (state !== "open") return;
        if (began.current) latest.current.onGap?.();
        began.current = true;
      },
      onLine: (line) => {
        if (line.type === "skipped") latest.current.onGap?.();
        if (line.type !== "call") return;
        waiting.push(line.call);
        if (waiting.length > BATCH) waiting.shift();
        timer ??= setTimeout(flush, BATCH_MS);
      },
    });

    return () => {
      end.abort();
      clearTimeout(timer);
      if (waiting.length > 0) latest.current.onCalls(waiting);
    };
  }, [url, paused, watched, turn]);

  const retry = useCallback(() => setTurn((turn) => turn + 1), []);
  return { state: paused ? "paused" : state, error, retry };
}

/** Whether the page is in view, or was until a moment ago. */
function useWatched(): boolean {
  const [watched, setWatched] = useState(true);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(timer);
      if (document.visibilityState === "visible") setWatched(true);
      else timer = setTimeout(() => setWatched(false), HIDDEN_MS);
    };
    document.addEventListener("visibilitychange", look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
  return watched;
}
