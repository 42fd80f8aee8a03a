// The official OpenAI SDK.
import assert from "node:assert/strict";
import test from "node:test";

import { NAMES, PNG, SCHEMA, calls, model, stack } from "./stack.mjs";

const user = (content) => [{ role: "user", content }];
const tokens = (usage) => ({
  input_tokens: usage.prompt_tokens - (usage.prompt_tokens_details?.cached_tokens ?? 0),
  output_tokens: usage.completion_tokens,
  cache_read_tokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
});

for (const name of ["gpt-4o-mini", "house-mini"]) {
  test(`chat: an answer from ${name}`, async () => {
    const { openai, reached, records } = await calls();
    const answer = await openai.chat.completions.create({ model: model(name), messages: user("Hello there [[sim: cached=4]]") });
    assert.match(answer.choices[0].message.content, /Hello there/);
    await reached();
    await records(1, { model: name, dialect: "chat", outcome: "ok", status_code: 200, ...tokens(answer.usage) });
  });

  test(`chat: a stream from ${name} shows no usage that was not asked for, and is counted`, async () => {
    const { openai, reached, records } = await calls();
    let text = "";
    for await (const chunk of await openai.chat.completions.create({ model: model(name), messages: user("[[sim: tokens=25]]"), stream: true })) {
      assert.equal(chunk.usage ?? null, null);
      text += chunk.choices[0].delta.content ?? "";
    }
    assert.match(text, /^word word1 .* word24$/);
    await reached();
    await records(1, { model: name, stream: true, outcome: "ok", output_tokens: 25, usage_estimated: false });
  });
}

test("chat: a stream with usage", async () => {
  const { openai, records } = await calls();
  const stream = await openai.chat.completions.create({
    model: "gpt-4o",
    messages: user("[[sim: tokens=5]]"),
    stream: true,
    stream_options: { include_usage: true },
  });
  let last;
  for await (const chunk of stream) last = chunk;
  assert.deepEqual(last.choices, []);
  await records(1, tokens(last.usage));
});

for (const stream of [false, true]) {
  test(`chat: parallel tools and their results, stream ${stream}`, async () => {
    const { openai, reached, records } = await calls();
    const tools = NAMES.map((name) => ({ type: "function", function: { name, parameters: SCHEMA } }));
    const messages = user("How is it? [[sim: parallel-tools]]");
    const asked = stream
      ? await openai.chat.completions.stream({ model: "gpt-4o", messages, tools }).finalMessage()
      : (await openai.chat.completions.create({ model: "gpt-4o", messages, tools })).choices[0].message;
    assert.deepEqual(asked.tool_calls.map((call) => call.function.name), NAMES);
    const { tool_calls } = asked;
    messages.push({ role: "assistant", content: null, tool_calls: tool_calls.map(({ id, type, function: { name, arguments: args } }) => ({ id, type, function: { name, arguments: args } })) });
    for (const [place, call] of tool_calls.entries()) messages.push({ role: "tool", tool_call_id: call.id, content: `sunny ${place}` });
    const final = await openai.chat.completions.create({ model: "gpt-4o", messages, tools });
    assert.equal(final.choices[0].message.content, "The tool answered: sunny 1");
    await reached(2);
    await records(2, { outcome: "ok" });
  });
}

test("chat: images", async () => {
  const { openai, reached, records } = await calls();
  const url = `data:image/png;base64,${PNG}`;
  await openai.chat.completions.create({ model: "gpt-4o", messages: user([{ type: "text", text: "what?" }, { type: "image_url", image_url: { url } }]) });
  assert.ok((await reached())[0].sent.includes(url));
  await records(1, { outcome: "ok" });
});

test("responses: an answer, a stream, tools and their results", async () => {
  const { openai, reached, records } = await calls();
  const answer = await openai.responses.create({ model: "gpt-5", input: "Hello [[sim: reasoning=3]]", store: false });
  assert.match(answer.output_text, /Hello/);

  const types = [];
  for await (const event of await openai.responses.create({ model: "gpt-5", input: "[[sim: tokens=9]]", store: false, stream: true })) types.push(event.type);
  assert.equal(types[0], "response.created");
  assert.equal(types.at(-1), "response.completed");

  const tools = NAMES.map((name) => ({ type: "function", name, parameters: SCHEMA, strict: true }));
  const question = { role: "user", content: "How is it? [[sim: parallel-tools]]" };
  const asked = await openai.responses.create({ model: "gpt-5", input: [question], tools, store: false });
  const called = asked.output.filter((item) => item.type === "function_call");
  assert.deepEqual(called.map((call) => call.name), NAMES);
  const results = called.map((call, place) => ({ type: "function_call_output", call_id: call.call_id, output: `rain ${place}` }));
  const final = await openai.responses.create({ model: "gpt-5", input: [question, ...asked.output, ...results], tools, store: false });
  assert.equal(final.output_text, "The tool answered: rain 1");
  await reached(4);
  await records(4, { outcome: "ok", dialect: "responses" });
});

test("embeddings and the list of models", async () => {
  const { openai, reached, records } = await calls();
  const { data } = await openai.embeddings.create({ model: model("house-embed"), input: ["one", "two"] });
  assert.equal(data.length, 2);
  assert.ok(data[0].embedding.length >= 8 && data[0].embedding.every(Number.isFinite));
  const listed = [];
  for await (const one of openai.models.list()) listed.push(one.id);
  assert.ok(listed.includes(model("house-mini")));
  await records(1, { dialect: "embeddings", outcome: "ok" });
});

// The second keeps nothing itself, so the gateway does.
for (const name of stack.direct ? ["gpt-4o-mini"] : ["gpt-4o-mini", "house-claude"]) {
  test(`responses: three turns by previous_response_id on ${name}`, async () => {
    const { openai, reached, records } = await calls();
    const tools = [{ type: "function", name: "get_time", parameters: SCHEMA, strict: false }];
    const first = await openai.responses.create({ model: model(name), input: "Remember pear. [[sim: tool=get_time]]", tools, store: true });
    const call = first.output.find((item) => item.type === "function_call");
    const second = await openai.responses.create({
      model: model(name), tools, store: true, previous_response_id: first.id,
      input: [{ type: "function_call_output", call_id: call.call_id, output: "noon" }],
    });
    assert.match(second.output_text, /The tool answered: noon/);
    const third = await openai.responses.stream({ model: model(name), input: "And now?", store: true, previous_response_id: second.id }).finalResponse();
    assert.match(third.output_text, /And now\?/);
    assert.equal(third.previous_response_id, second.id);
    await reached(3);
    const items = [];
    for await (const item of openai.responses.inputItems.list(third.id, { order: "asc", limit: 100 })) items.push(item.type);
    assert.deepEqual(items, ["message", "function_call", "function_call_output", "message", "message"]);
    assert.equal((await openai.responses.retrieve(third.id)).output_text, third.output_text);
    await openai.responses.delete(third.id);
    await assert.rejects(openai.responses.retrieve(third.id), { status: 404 });
    await records(7);
  });
}
