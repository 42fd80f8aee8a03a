/** The rows of the live feed: what the log had, and what came since. */
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { type Call, type LiveCalls, useLiveCalls } from "@/api";
import { FEED_ROWS, newestCallsQuery } from "./queries";

export interface Feed {
  /** Newest first; undefined until the log has answered. */
  rows: readonly Call[] | undefined;
  /** Those that came live and may be greeted. */
  fresh: ReadonlySet<string>;
  /** Calls that wait because somebody is reading. */
  waiting: number;
  state: LiveCalls["state"];
  error: unknown;
  failed: unknown;
  paused: boolean;
  pause: (paused: boolean) => void;
  /** Rows must not move under a pointer. */
  hold: (held: boolean) => void;
  retry: () => void;
}

const NONE: ReadonlySet<string> = new Set();
/** More at once than this is a flood: it is shown, not staged. */
const GREETED = 4;

/** `onCalls` is told when calls have ended. */
export function useFeed(may: boolean, onCalls: () => void): Feed {
  const [paused, pause] = useState(false);
  const [rows, setRows] = useState<readonly Call[]>();
  const [waiting, setWaiting] = useState<readonly Call[]>([]);
  const [fresh, setFresh] = useState(NONE);
  const held = useRef(false);

  const newest = useQuery({ ...newestCallsQuery, enabled: may });
  const found = newest.data?.items;
  useEffect(() => {
    if (found) setRows((rows) => joined(rows ?? [], found, FEED_ROWS));
  }, [found]);

  const live = useLiveCalls({
    paused: paused || !may,
    onCalls: (calls) => {
      onCalls();
      if (held.current) {
        setWaiting((waiting) => joined(waiting, calls, FEED_ROWS));
        return;
      }
      setFresh(calls.length > GREETED ? NONE : new Set(calls.map(({ id }) => id)));
      setRows((rows) => joined(rows ?? [], calls, FEED_ROWS));
    },
    onGap: () => {
      onCalls();
      void newest.refetch();
    },
  });

  const hold = useCallback((now: boolean) => {
    held.current = now;
    if (now) return;
    setWaiting((waiting) => {
      if (waiting.length > 0) setRows((rows) => joined(rows ?? [], waiting, FEED_ROWS));
      return [];
    });
  }, []);

  return {
    rows,
    fresh,
    waiting: waiting.length,
    state: live.state,
    error: live.error,
    failed: newest.error,
    paused,
    pause,
    hold,
    retry: () => {
      live.retry();
      void newest.refetch();
    },
  };
}

/** Each call once, the one that ended last first. */
export function joined(rows: readonly Call[], more: readonly Call[], most: number): readonly Call[] {
  const known = new Set(rows.map(({ id }) => id));
  const all = [...rows, ...more.filter(({ id }) => !known.has(id))];
  return all
    .map((call) => [Date.parse(call.timestamp) + call.duration_ms, call] as const)
    .sort(([a], [b]) => b - a)
    .slice(0, most)
    .map(([, call]) => call);
}
