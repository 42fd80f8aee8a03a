/**
 * The live tail. Calls are gathered and shown a few times per second, so that a busy gateway costs the page no more than
 * a quiet one; while one reads further down, or has paused, they wait and are counted.
 */
import { useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { type LiveState, live, type Schemas } from "@/api";
import { stringifySearch } from "@/search";
import type { Question } from "./place";
import { type Call, latestCalls } from "./queries";

/** Between two moments at which new rows are shown. */
const BEAT_MS = 250;
/** Calls that may wait; of more, the newest are kept and the others counted. */
const MOST_WAITING = 1000;
/** Rows that may come live before the list is asked for anew, which drops the old ones. */
const MOST_SHOWN = 2000;
/** Ids by which a call that is told twice is known. */
const MOST_REMEMBERED = 10_000;

export interface TailState {
  link: LiveState;
  /** Why the server refuses, if it does. */
  refusal: string | undefined;
  shown: readonly Call[];
  waiting: number;
  /** Calls that are in the log and were not told: the list has them. */
  skipped: number;
  paused: boolean;
}

const START: TailState = {
  link: "connecting",
  refusal: undefined,
  shown: [],
  waiting: 0,
  skipped: 0,
  paused: false,
};

export class Tail {
  #state = START;
  #waiting: Call[] = [];
  #seen = new Set<string>();
  #atTop = true;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #listeners = new Set<() => void>();
  readonly #loaded: () => readonly Call[];
  readonly #onFull: () => void;

  constructor(loaded: () => readonly Call[], onFull: () => void) {
    this.#loaded = loaded;
    this.#onFull = onFull;
  }

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly state = () => this.#state;

  /** Listens until the signal is aborted. */
  run(question: Question, signal: AbortSignal): void {
    void live<Schemas["LiveLine"]>({
      url: new URL(`/api/gateway/logs/live${stringifySearch(question.filters)}`, location.origin).href,
      signal,
      onState: (link, error) => {
        this.#set({ link, refusal: link === "refused" ? (error as Error).message : undefined });
        // Between the list and the feed, or while the connection was lost, calls may have ended.
        if (link === "open") void this.#catchUp(question, signal);
      },
      onLine: (line) => {
        if (line.type === "call") this.#add(line.call);
        else if (line.type === "skipped") this.#set({ skipped: this.#state.skipped + line.count });
      },
    });
  }

  /** Begins again with nothing, for a list that was asked for anew. */
  readonly clear = () => {
    this.#waiting = [];
    this.#seen.clear();
    this.#set({ shown: [], waiting: 0, skipped: 0 });
  };

  readonly setAtTop = (atTop: boolean) => {
    this.#atTop = atTop;
    if (atTop && !this.#state.paused) this.#show();
  };

  readonly setPaused = (paused: boolean) => {
    this.#set({ paused });
    if (!paused && this.#atTop) this.#show();
  };

  /** Shows what waits, wherever one reads. */
  readonly showWaiting = () => this.#show();

  async #catchUp(question: Question, signal: AbortSignal): Promise<void> {
    try {
      const { items } = await latestCalls({ ...question, order: "desc" }, signal);
      const known = new Set(this.#loaded().map((call) => call.id));
      for (const call of items.reverse()) if (!known.has(call.id)) this.#add(call);
    } catch {
      // The list says what is wrong with the server; the feed goes on with what it is told.
    }
  }

  #add(call: Call): void {
    if (this.#seen.has(call.id)) return;
    if (this.#seen.size > MOST_REMEMBERED)
      this.#seen = new Set([...this.#state.shown, ...this.#waiting].map(({ id }) => id));
    this.#seen.add(call.id);
    this.#waiting.push(call);
    this.#timer ??= setTimeout(() => this.#beat(), BEAT_MS);
  }

  #beat(): void {
    this.#timer = undefined;
    if (this.#atTop && !this.#state.paused) {
      this.#show();
      return;
    }
    const over = Math.max(0, this.#waiting.length - MOST_WAITING);
    this.#waiting.splice(0, over);
    this.#set({ waiting: this.#waiting.length, skipped: this.#state.skipped + over });
  }

  #show(): void {
    if (this.#waiting.length === 0) return;
    const shown = [...this.#waiting.reverse(), ...this.#state.shown];
    this.#waiting = [];
    if (shown.length > MOST_SHOWN) {
      this.clear();
      this.#onFull();
      return;
    }
    this.#set({ shown, waiting: 0 });
  }

  #set(change: Partial<TailState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** The tail of a question; silent and empty while `on` is off. `onFull` asks the list for its first page again. */
export function useTail(question: Question, on: boolean, loaded: readonly Call[] | undefined, onFull: () => void) {
  const key = JSON.stringify(question);
  const latest = useRef({ loaded, onFull });
  latest.current = { loaded, onFull };
  // biome-ignore lint/correctness/useExhaustiveDependencies: another question, or another turn, is another tail
  const tail = useMemo(
    () =>
      new Tail(
        () => latest.current.loaded ?? [],
        () => latest.current.onFull(),
      ),
    [key, on],
  );
  const state = useSyncExternalStore(tail.subscribe, tail.state);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the tail changes with the question
  useEffect(() => {
    if (!on) return;
    const stop = new AbortController();
    tail.run(question, stop.signal);
    return () => stop.abort();
  }, [tail]);

  return { tail, ...state };
}
