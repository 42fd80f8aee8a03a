/**
 * Streams of newline-delimited JSON over `fetch`. Not EventSource: that cannot carry headers, and cannot be told apart
 * from a refusal when it fails. Reconnects with growing pauses until the signal is aborted.
 */
import { send } from "./client";
import { isConnected, onConnection } from "./connection";
import { ApiError, toApiError } from "./errors";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** The server gives a sign of life every ten seconds; a silence this long means that nobody is there any more. */
const SILENCE_MS = 25_000;
/** A line longer than this is no line of ours; reading on would only fill memory. */
const LONGEST_LINE = 1_000_000;

/** `waiting`: lost, and tried again after a pause. `refused`: asking again will not mend it. */
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
  onState?.("connecting");
  while (!signal.aborted) {
    try {
      for await (const line of attempt(url, signal, () => onState?.("open"))) {
        pause = FIRST_PAUSE_MS;
        onLine(JSON.parse(line) as Line);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status < 500 && error.status !== 429) {
        onState?.("refused", error);
        return;
      }
      onState?.("waiting", error);
    }
    if (signal.aborted) return;
    // An end without an error is the server's way of asking who one is once more: no reason for alarm.
    await rest(pause * (0.75 + Math.random() / 2), signal);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

/** One connection: its lines until it ends, fails or falls silent. */
async function* attempt(url: string, signal: AbortSignal, onOpen: () => void): AsyncGenerator<string> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    const headers = { accept: "application/x-ndjson" };
    const response = await send(new Request(url, { signal: AbortSignal.any([signal, silence.signal]), headers }));
    if (!response.ok) throw toApiError(response, await response.json().catch(() => undefined));
    onOpen();
    for await (const line of lines(response)) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      yield line;
    }
  } finally {
    clearTimeout(timer);
  }
}

/** The lines of a body that are not empty. What is cut off at the end is no line. */
export async function* lines(response: Response): AsyncGenerator<string> {
  if (!response.body) return;
  let tail = "";
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const parts = (tail + value).split("\n");
      tail = parts.pop() ?? "";
      if (tail.length > LONGEST_LINE) throw new Error("line too long");
      for (const part of parts) if (part.trim() !== "") yield part;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Waits; less when the server, which was away, is back before. */
function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      forget();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    const forget = onConnection(() => {
      if (isConnected()) end();
    });
    signal.addEventListener("abort", end, { once: true });
  });
}
