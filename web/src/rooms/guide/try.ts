/** Runs one streamed call and tells what happened, as it happens. */
import { useCallback, useEffect, useRef, useState } from "react";
import type { Ask } from "./stream";
import { events, messageOf, read, requestOf } from "./stream";

export type Failure =
  | { kind: "http"; status: number; message: string; retryAfterSecs: number | undefined }
  | { kind: "network" }
  | { kind: "mid_stream"; message: string }
  | { kind: "cut" };

export interface Trial {
  state: "waiting" | "streaming" | "done" | "stopped" | "failed";
  text: string;
  status?: number;
  requestId?: string;
  /** From the press of the button. */
  firstMs?: number;
  totalMs?: number;
  input?: number;
  output?: number;
  failure?: Failure;
}

export function useTrial() {
  const [trial, setTrial] = useState<Trial>();
  const running = useRef<AbortController>(undefined);
  // Leaving the page hangs up, as closing a client would.
  useEffect(() => () => running.current?.abort(), []);

  const start = useCallback(async (ask: Ask) => {
    running.current?.abort();
    const call = new AbortController();
    running.current = call;
    await run(ask, call.signal, (next) => running.current === call && setTrial(next));
  }, []);
  const stop = useCallback(() => running.current?.abort(), []);
  return { trial, start, stop, forget: () => setTrial(undefined) };
}

async function run(ask: Ask, signal: AbortSignal, tell: (trial: Trial) => void): Promise<void> {
  const began = performance.now();
  const since = () => performance.now() - began;
  let trial: Trial = { state: "waiting", text: "" };
  const move = (change: Partial<Trial>) => {
    trial = { ...trial, ...change };
    tell(trial);
  };
  const fail = (failure: Failure) => move({ state: "failed", failure, totalMs: since() });
  move({});
  try {
    const answer = await fetch(requestOf(ask, signal));
    const requestId = answer.headers.get("x-request-id");
    move({ status: answer.status, ...(requestId ? { requestId } : {}) });
    if (!answer.ok || !answer.body) {
      const retryAfter = Number(answer.headers.get("retry-after"));
      const message = messageOf(await answer.text());
      return fail({ kind: "http", status: answer.status, message, retryAfterSecs: retryAfter || undefined });
    }
    let ended = false;
    for await (const data of events(answer.body)) {
      const said = read(ask.format, data);
      if (said.error !== undefined) return fail({ kind: "mid_stream", message: said.error });
      ended ||= said.end ?? false;
      const { text, input, output } = said;
      if (text) {
        move({ state: "streaming", text: trial.text + text, firstMs: trial.firstMs ?? since() });
      }
      if (input !== undefined || output !== undefined) {
        move({ ...(input !== undefined ? { input } : {}), ...(output !== undefined ? { output } : {}) });
      }
    }
    if (!ended) return fail({ kind: "cut" });
    move({ state: "done", totalMs: since() });
  } catch (error) {
    if (signal.aborted) move({ state: "stopped", totalMs: since() });
    else if (trial.status !== undefined) fail({ kind: "cut" });
    else if (error instanceof TypeError) fail({ kind: "network" });
    else throw error;
  }
}
