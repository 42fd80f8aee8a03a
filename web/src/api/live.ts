/**
 * Streams of newline-delimited JSON over `fetch`. Not EventSource: that cannot carry headers, and cannot be told apart
 * from a refusal when it fails. Reconnects with growing pauses until the signal is aborted.
 */
import { send } from "./client";
import { ApiError, toApiError } from "./errors";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** A line longer than this is no line of ours; reading on would only fill memory. */
const LONGEST_LINE = 1_000_000;

export type LiveState = "connecting" | "open" | "waiting" | "refused";

export interface LiveOptions<Line> {
  url: string;
  signal: AbortSignal;
  onLine: (line: Line) => void;
  onState?: (state: LiveState, error?: unknown) => void;
}

/** Runs until the signal is aborted, or the server refuses in a way that asking again does not mend. */
export async function live<Line>({ url, signal, onLine, onState }: LiveOptions<Line>): Promise<void> {
  let pause = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    onState?.("connecting");
    try {
      const response = await send(new Request(url, { signal, headers: { accept: "application/x-ndjson" } }));
      if (!response.ok) throw toApiError(response, await response.json().catch(() => undefined));
      onState?.("open");
      for await (const line of lines(response)) {
        pause = FIRST_PAUSE_MS;
        onLine(JSON.parse(line) as Line);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status < 500 && error.status !== 429) {
        onState?.("refused", error);
        return;
      }
    }
    onState?.("waiting");
    await sleep(pause * (0.75 + Math.random() / 2), signal);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

/** The lines of a body that are not empty (an empty one is the server's sign of life). */
export async function* lines(response: Response): AsyncGenerator<string> {
  if (!response.body) return;
  let rest = "";
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const parts = (rest + value).split("\n");
      rest = parts.pop() ?? "";
      if (rest.length > LONGEST_LINE) throw new Error("line too long");
      for (const part of parts) if (part.trim() !== "") yield part;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  if (rest.trim() !== "") yield rest;
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
