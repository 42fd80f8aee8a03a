// Errors arrive as the SDK's own classes; clients that leave end the provider's work.
import assert from "node:assert/strict";
import test from "node:test";

import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";

import { calls, stack } from "./stack.mjs";

const CLASSES = {
  400: "BadRequestError",
  401: "AuthenticationError",
  403: "PermissionDeniedError",
  404: "NotFoundError",
  429: "RateLimitError",
  500: "InternalServerError",
  529: "InternalServerError",
};
const MODELS = { chat: "gpt-4o-mini", responses: "gpt-5", messages: "claude-haiku-4-5" };

function send({ openai, anthropic }, dialect, text, { stream = false, model = MODELS[dialect], signal } = {}) {
  const messages = [{ role: "user", content: text }];
  if (dialect === "chat") return openai.chat.completions.create({ model, messages, stream }, { signal });
  if (dialect === "responses") return openai.responses.create({ model, input: text, store: false, stream }, { signal });
  return anthropic.messages.create({ model, max_tokens: 500, messages, stream }, { signal });
}

async function failure(clients, dialect, status, text, options) {
  const expected = (dialect === "messages" ? Anthropic : OpenAI)[CLASSES[status]];
  const error = await send(clients, dialect, text, options).then(
    () => assert.fail("it went well"),
    (error) => error,
  );
  assert.ok(error instanceof expected, `${error.constructor.name}: ${error.message}`);
  assert.equal(error.status, status);
  return dialect === "messages" ? error.error.error.message : error.error.message;
}

for (const dialect of Object.keys(MODELS)) {
  for (const status of [400, 404, 429, 500, 529]) {
    test(`${dialect}: the provider's ${status} keeps status and words`, async () => {
      const clients = await calls();
      assert.match(await failure(clients, dialect, status, `[[sim: status=${status}]]`), new RegExp(`simulated error ${status}`));
      await clients.records(1, { status_code: status, outcome: [429, 500, 529].includes(status) ? "upstream_error" : "client_error" });
    });
  }

  test(`${dialect}: a wrong key`, async () => {
    const wrong = (stack.direct ? "sk-" : "tw-") + "x".repeat(48);
    const clients = await calls({ key: { openai: wrong, anthropic: wrong } });
    await failure(clients, dialect, 401, "hello");
  });

  test(`${dialect}: an unknown model`, async () => {
    const clients = await calls();
    assert.match(await failure(clients, dialect, 404, "hello", { model: "nobody-has-this" }), /nobody-has-this/);
  });

  if (!stack.direct) {
    test(`${dialect}: a model that the key may not use`, async () => {
      const clients = await calls({ key: { openai: stack.narrow_key, anthropic: stack.narrow_key } });
      assert.match(await failure(clients, dialect, 403, "hello"), new RegExp(MODELS[dialect]));
      await clients.records(1, { status_code: 403, outcome: "refused" });
    });
  }

  test(`${dialect}: a client that leaves ends the provider's work`, async () => {
    const clients = await calls();
    const stop = new AbortController();
    const stream = await send(clients, dialect, "[[sim: tokens=400 delay-ms=20]]", { stream: true, signal: stop.signal });
    let seen = 0;
    try {
      for await (const event of stream) {
        assert.ok(event);
        seen += 1;
        if (seen === 12) stop.abort();
      }
    } catch (error) {
      assert.match(error.constructor.name, /Abort/);
    }
    const gone = await clients.seen((entry) => entry.disconnected_us);
    assert.equal(gone.complete, false);
    const [row] = await clients.records(1, { outcome: "cancelled", stream: true });
    if (row) assert.ok(row.output_tokens > 0 && row.output_tokens < 400);
  });
}
