/** One streamed chat call to the gateway, as any client would make it. */
import { lines } from "@/api/live";

export interface Question {
  gateway: string;
  secret: string;
  model: string;
  prompt: string;
  signal: AbortSignal;
  onText: (text: string) => void;
}

/** The gateway refused, or the stream ended with an error. */
export class AskError extends Error {
  override readonly name = "AskError";
  readonly requestId: string | undefined;

  constructor(message: string, requestId: string | undefined) {
    super(message);
    this.requestId = requestId;
  }
}

/** The gateway did not answer at all: it listens somewhere else, or this browser cannot get there. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
}

/** Returns the id of the call when the answer is complete. */
export async function ask({ gateway, secret, model, prompt, signal, onText }: Question): Promise<string | undefined> {
  const response = await fetch(`${gateway}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
    body: JSON.stringify(bodyOf(model, prompt)),
    // The key is the credential; cookies of the console have no business there.
    credentials: "omit",
    signal,
  }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw new UnreachableError("no answer", { cause: error });
  });
  const requestId = response.headers.get("x-request-id") ?? undefined;
  if (!response.ok) {
    const body: unknown = await response.json().catch(() => undefined);
    throw new AskError(messageOf(body) ?? `${response.status} ${response.statusText}`.trim(), requestId);
  }
  for await (const line of lines(response)) {
    const event = line.startsWith("data:") ? line.slice(5).trim() : "";
    if (event === "" || event === "[DONE]") continue;
    const chunk: unknown = JSON.parse(event);
    const problem = messageOf(chunk);
    if (problem !== undefined) throw new AskError(problem, requestId);
    const text = textOf(chunk);
    if (text) onText(text);
  }
  return requestId;
}

export const bodyOf = (model: string, prompt: string) => ({
  model,
  stream: true,
  messages: [{ role: "user", content: prompt }],
});

/** The same call for a terminal. */
export function curl(gateway: string, secret: string, model: string, prompt: string): string {
  const body = JSON.stringify(bodyOf(model, prompt), null, 2).replaceAll("'", "'\\''");
  return [
    `curl -N ${gateway}/v1/chat/completions \\`,
    `  -H 'Authorization: Bearer ${secret}' \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '${body}'`,
  ].join("\n");
}

function messageOf(body: unknown): string | undefined {
  const { error } = (body ?? {}) as { error?: { message?: unknown } };
  return typeof error?.message === "string" ? error.message : undefined;
}

function textOf(chunk: unknown): string | undefined {
  const { choices } = chunk as { choices?: { delta?: { content?: unknown } }[] };
  const content = choices?.[0]?.delta?.content;
  return typeof content === "string" ? content : undefined;
}
