// The official Anthropic SDK.
import assert from "node:assert/strict";
import test from "node:test";

import { NAMES, PNG, SCHEMA, calls, model } from "./stack.mjs";

const user = (content) => [{ role: "user", content }];
const tokens = (usage) => ({ input_tokens: usage.input_tokens, output_tokens: usage.output_tokens, cache_read_tokens: usage.cache_read_input_tokens });

for (const name of ["claude-haiku-4-5", "house-claude"]) {
  test(`messages: an answer from ${name}`, async () => {
    const { anthropic, reached, records } = await calls();
    const answer = await anthropic.messages.create({ model: model(name), max_tokens: 50, messages: user("Hello there [[sim: cached=6 cache-write=8]]") });
    assert.match(answer.content[0].text, /Hello there/);
    await reached();
    await records(1, { model: name, dialect: "messages", outcome: "ok", cache_write_5m_tokens: 8, ...tokens(answer.usage) });
  });

  test(`messages: a stream from ${name}`, async () => {
    const { anthropic, reached, records } = await calls();
    const stream = anthropic.messages.stream({ model: model(name), max_tokens: 50, messages: user("[[sim: tokens=25]]") });
    const pieces = [];
    stream.on("text", (piece) => pieces.push(piece));
    const final = await stream.finalMessage();
    assert.equal(pieces.length, 25);
    await reached();
    await records(1, { model: name, stream: true, outcome: "ok", ...tokens(final.usage) });
  });
}

for (const stream of [false, true]) {
  const ask = (anthropic, body) => (stream ? anthropic.messages.stream(body).finalMessage() : anthropic.messages.create(body));

  test(`messages: parallel tools and their results, stream ${stream}`, async () => {
    const { anthropic, reached, records } = await calls();
    const tools = NAMES.map((name) => ({ name, input_schema: SCHEMA }));
    const body = { model: "claude-haiku-4-5", max_tokens: 200, tools };
    const messages = user("How is it? [[sim: parallel-tools]]");
    const { content, stop_reason } = await ask(anthropic, { ...body, messages });
    assert.equal(stop_reason, "tool_use");
    const asked = content.filter((block) => block.type === "tool_use");
    assert.deepEqual(asked.map((block) => block.name), NAMES);
    const results = asked.map((block, place) => ({ type: "tool_result", tool_use_id: block.id, content: `sunny ${place}` }));
    const final = await anthropic.messages.create({ ...body, messages: [...messages, { role: "assistant", content }, { role: "user", content: results }] });
    assert.match(final.content[0].text, /sunny 1/);
    await reached(2);
    await records(2, { outcome: "ok" });
  });

  test(`messages: thinking comes back with its signature, stream ${stream}`, async () => {
    const { anthropic, reached, records } = await calls();
    const body = { model: "claude-opus-4-5", max_tokens: 2000, thinking: { type: "enabled", budget_tokens: 1024 } };
    const messages = user("Think. [[sim: thinking]]");
    const { content } = await ask(anthropic, { ...body, messages });
    assert.ok(content.find((block) => block.type === "thinking").signature);
    const more = [...messages, { role: "assistant", content }, ...user("Go on.")];
    assert.equal((await anthropic.messages.create({ ...body, messages: more })).stop_reason, "end_turn");
    await reached(2);
    await records(2, { outcome: "ok" });
  });
}

test("messages: images, counting, the list of models", async () => {
  const { anthropic, reached, records } = await calls();
  const image = { type: "image", source: { type: "base64", media_type: "image/png", data: PNG } };
  const content = [image, { type: "text", text: "what?" }];
  await anthropic.messages.create({ model: "claude-haiku-4-5", max_tokens: 50, messages: user(content) });
  const counted = await anthropic.messages.countTokens({ model: "claude-haiku-4-5", messages: user(content) });
  assert.ok(counted.input_tokens > 5);
  assert.ok((await reached(2))[0].sent.includes(PNG));
  const listed = [];
  for await (const one of anthropic.models.list({ limit: 1000 })) listed.push(one.id);
  assert.ok(listed.includes(model("house-claude")));
  await records(2, { outcome: "ok" });
});
