/** One streamed call to the gateway, straight from the browser, in each of the formats. */
import { type Format, geminiPath } from "./clients";

export interface Ask {
  url: string;
  key: string;
  model: string;
  format: Format;
  prompt: string;
}

/** What an event of a stream says. */
export interface Said {
  text?: string;
  input?: number;
  output?: number;
  error?: string;
  /** The answer is complete. */
  end?: boolean;
}

const PATHS: Record<Exclude<Format, "gemini">, string> = {
  chat: "/v1/chat/completions",
  messages: "/v1/messages",
  responses: "/v1/responses",
};

export const pathOf = (format: Format, model: string) => (format === "gemini" ? geminiPath(model) : PATHS[format]);

export function requestOf({ url, key, model, format, prompt }: Ask, signal: AbortSignal): Request {
  const messages = [{ role: "user", content: prompt }];
  const bodies: Record<Format, unknown> = {
    chat: { model, stream: true, stream_options: { include_usage: true }, messages },
    messages: { model, stream: true, max_tokens: 1024, messages },
    responses: { model, stream: true, input: prompt },
    gemini: { contents: [{ role: "user", parts: [{ text: prompt }] }] },
  };
  return new Request(`${url}${pathOf(format, model)}`, {
    method: "POST",
    signal,
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      ...(format === "messages" ? { "anthropic-version": "2023-06-01" } : {}),
    },
    body: JSON.stringify(bodies[format]),
  });
}

/** The data of the events of a body. */
export async function* events(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const parts = (rest + value).split(/\r?\n\r?\n/);
      rest = parts.pop() ?? "";
      for (const part of parts) {
        const found = dataOf(part);
        if (found !== "") yield found;
      }
    }
    const last = dataOf(rest);
    if (last !== "") yield last;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function dataOf(event: string): string {
  return event
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).trimStart())
    .join("\n");
}

// Only what is looked at; everything else of an event is the business of real clients.
interface Event {
  type?: string;
  error?: { message?: string } | null;
  choices?: { delta?: { content?: string | null } }[];
  usage?: { prompt_tokens?: number; completion_tokens?: number; output_tokens?: number } | null;
  message?: string | { usage?: { input_tokens?: number } };
  delta?: string | { text?: string };
  candidates?: { content?: { parts?: { text?: string; thought?: boolean }[] }; finishReason?: string }[];
  usageMetadata?: { promptTokenCount?: number; candidatesTokenCount?: number; thoughtsTokenCount?: number };
  promptFeedback?: { blockReason?: string };
  response?: { usage?: { input_tokens?: number; output_tokens?: number }; error?: { message?: string } | null };
}

/** Reads one event's data. Never throws: what it does not know says nothing. */
export function read(format: Format, data: string): Said {
  if (data === "[DONE]") return { end: true };
  let event: Event;
  try {
    event = JSON.parse(data);
  } catch {
    return {};
  }
  if (event.error?.message) return { error: event.error.message };
  switch (format) {
    case "chat":
      return clean({
        text: event.choices?.[0]?.delta?.content,
        input: event.usage?.prompt_tokens,
        output: event.usage?.completion_tokens,
      });
    case "messages":
      return clean({
        text: typeof event.delta === "object" ? event.delta.text : undefined,
        input: typeof event.message === "object" ? event.message.usage?.input_tokens : undefined,
        output: event.usage?.output_tokens,
        end: event.type === "message_stop" || undefined,
      });
    case "responses":
      if (event.type === "error") return { error: typeof event.message === "string" ? event.message : "error" };
      if (event.type === "response.failed") return { error: event.response?.error?.message ?? "failed" };
      return clean({
        text: event.type === "response.output_text.delta" && typeof event.delta === "string" ? event.delta : undefined,
        input: event.response?.usage?.input_tokens,
        output: event.response?.usage?.output_tokens,
        end: event.type === "response.completed" || event.type === "response.incomplete" || undefined,
      });
    case "gemini": {
      if (event.promptFeedback?.blockReason) return { error: event.promptFeedback.blockReason };
      const [answer] = event.candidates ?? [];
      const { promptTokenCount, candidatesTokenCount, thoughtsTokenCount } = event.usageMetadata ?? {};
      const said = answer?.content?.parts?.flatMap(({ text, thought }) => (text && !thought ? [text] : [])).join("");
      return clean({
        text: said || undefined,
        input: promptTokenCount,
        // Thinking is counted apart here, and is output all the same.
        output: candidatesTokenCount === undefined ? undefined : candidatesTokenCount + (thoughtsTokenCount ?? 0),
        end: answer?.finishReason !== undefined || undefined,
      });
    }
  }
}

function clean(said: { [K in keyof Said]: Said[K] | null }): Said {
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value != null));
}

/** The message of an error's body, in whichever dialect. */
export function messageOf(body: string): string {
  try {
    const { error } = JSON.parse(body);
    if (typeof error?.message === "string") return error.message;
  } catch {
    // A proxy in between answers with a page of its own.
  }
  return body
    .replace(/<[^>]*>/g, " ")
    .trim()
    .slice(0, 300);
}
