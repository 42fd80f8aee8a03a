/** Calls through the gateway, as a client makes them. */
import type { Server } from "./server.ts";
import { MODEL } from "./server.ts";

export interface CallOptions {
  key?: string;
  model?: string;
  /** The simulator takes directives: `[[sim: tokens=30 delay-ms=20]]`, `[[sim: status=529]]`; crates/simulator/src/magic.rs. */
  prompt?: string;
  stream?: boolean;
  /** Marks the call in the log. */
  session?: string;
  /** Do not wait until the call is in the log. */
  hasty?: boolean;
}

export interface Answered {
  status: number;
  /** The `x-request-id` under which the log knows it. */
  id: string;
  /** What the model said. */
  said: string;
  body: string;
}

/** A chat completion, streamed unless told otherwise; in the log when this is over, as lists that a page has shown do not change by themselves. */
export async function call(server: Server, options: CallOptions = {}): Promise<Answered> {
  const { key = server.key, model = MODEL, prompt = "Say hello.", stream = true, session, hasty = false } = options;
  const answer = await fetch(`${server.gateway}/v1/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      ...(session ? { "x-session-id": session } : {}),
    },
    body: JSON.stringify({ model, stream, messages: [{ role: "user", content: prompt }] }),
  });
  const body = await answer.text();
  const id = answer.headers.get("x-request-id") ?? "";
  if (!hasty && answer.status !== 401) await logged(server, id);
  return { status: answer.status, id, said: answer.ok ? spoken(body, stream) : "", body };
}

/** Until the log has the call, or the second within which it must have it is long over. */
async function logged(server: Server, id: string): Promise<void> {
  for (const until = Date.now() + 2000; Date.now() < until; ) {
    const missing = await server.api.get(`/api/gateway/logs/${id}`).then(
      () => false,
      (error: Error) => error.message.includes(": 404 "),
    );
    if (!missing) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Several calls, one after the other. */
export async function calls(server: Server, count: number, options: CallOptions = {}): Promise<Answered[]> {
  const made: Answered[] = [];
  for (let turn = 0; turn < count; turn += 1) made.push(await call(server, options));
  return made;
}

function spoken(body: string, stream: boolean): string {
  if (!stream) return JSON.parse(body).choices[0].message.content;
  const events = body.split("\n").filter((line) => line.startsWith("data: ") && line !== "data: [DONE]");
  return events.map((line) => JSON.parse(line.slice(6)).choices[0]?.delta?.content ?? "").join("");
}
