import { expect, test } from "vitest";
import { bestModel, CLIENTS, type Client, plainUrl, smallModel } from "./clients";
import { events, messageOf, pathOf, read } from "./stream";

const values = { url: "https://ai.example.com", key: "tw-it's", model: "claude-sonnet-4-5", small: "claude-haiku-4-5" };

function of(id: string): Client {
  const found = CLIENTS.find((client) => client.id === id);
  if (!found) throw new Error(id);
  return found;
}

test("every client is told all three values", () => {
  for (const client of CLIENTS) {
    const all = client
      .steps(values)
      .flatMap((step) => [step.code?.code ?? "", ...(step.fields ?? []).map((field) => field.value)])
      .join("\n");
    for (const part of [values.url, "tw-it", ...(client.id === "curl" ? [] : [values.model])]) {
      expect(all, client.id).toContain(part);
    }
  }
});

test("settings are JSON, and a quote in a value stays inside the shell's quotes", () => {
  const [file, shell] = of("claude-code").steps(values);
  expect(JSON.parse(file?.code?.code ?? "").env.ANTHROPIC_AUTH_TOKEN).toBe("tw-it's");
  expect(shell?.code?.code).toContain("export ANTHROPIC_AUTH_TOKEN='tw-it'\\''s'");
});

test("a model stands in the path of Gemini's format, whatever its name", () => {
  expect(pathOf("gemini", "qwen/qwen3:8b")).toBe("/v1beta/models/qwen%2Fqwen3%3A8b:streamGenerateContent?alt=sse");
});

test("addresses lose what clients add by themselves", () => {
  for (const given of ["https://a.b", "https://a.b/", "https://a.b/v1", " https://a.b/v1/ "]) {
    expect(plainUrl(given)).toBe("https://a.b");
  }
});

test("the model that is suggested", () => {
  const listed = ["claude-sonnet-4-20250514", "claude-sonnet-4-5", "claude-sonnet-9", "gpt-4o"];
  expect(bestModel(of("claude-code"), [], [])).toBe("claude-sonnet-4-5");
  expect(bestModel(of("claude-code"), listed, [])).toBe("claude-sonnet-4-5");
  expect(bestModel(of("claude-code"), ["claude-sonnet-8", "claude-sonnet-10"], [])).toBe("claude-sonnet-10");
  expect(bestModel(of("claude-code"), listed, ["house-sonnet"])).toBe("claude-sonnet-4-5");
  expect(bestModel(of("claude-code"), [...listed, "house-sonnet"], ["house-sonnet"])).toBe("house-sonnet");
  expect(bestModel(of("codex"), ["only-this"], [])).toBe("only-this");
  expect(smallModel("house", ["house"], [])).toBe("house");
  expect(smallModel("claude-sonnet-4-5", ["claude-haiku-4-5", "claude-haiku-9"], [])).toBe("claude-haiku-4-5");
});

test("what the events of each format say", () => {
  const cases = [
    ["chat", '{"choices":[{"delta":{"content":"Hi"}}]}', { text: "Hi" }],
    ["chat", '{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}', { input: 3, output: 2 }],
    ["chat", "[DONE]", { end: true }],
    ["chat", '{"error":{"message":"no"}}', { error: "no" }],
    ["messages", '{"type":"message_start","message":{"usage":{"input_tokens":3}}}', { input: 3 }],
    ["messages", '{"type":"content_block_delta","delta":{"type":"text_delta","text":"Hi"}}', { text: "Hi" }],
    ["messages", '{"type":"message_delta","delta":{},"usage":{"output_tokens":2}}', { output: 2 }],
    ["messages", '{"type":"message_stop"}', { end: true }],
    ["responses", '{"type":"response.output_text.delta","delta":"Hi"}', { text: "Hi" }],
    ["responses", '{"type":"response.function_call_arguments.delta","delta":"{"}', {}],
    [
      "responses",
      '{"type":"response.completed","response":{"usage":{"input_tokens":3,"output_tokens":2}}}',
      { input: 3, output: 2, end: true },
    ],
    ["responses", '{"type":"response.failed","response":{"error":{"message":"no"}}}', { error: "no" }],
    ["gemini", '{"candidates":[{"content":{"parts":[{"text":"Hm","thought":true},{"text":"Hi"}]}}]}', { text: "Hi" }],
    [
      "gemini",
      '{"candidates":[{"content":{"parts":[]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"thoughtsTokenCount":4}}',
      { input: 3, output: 6, end: true },
    ],
    ["gemini", '{"promptFeedback":{"blockReason":"SAFETY"}}', { error: "SAFETY" }],
    ["chat", "not JSON", {}],
  ] as const;
  for (const [format, data, said] of cases) expect(read(format, data), data).toEqual(said);
});

test("events are found wherever the network cuts them", async () => {
  const bytes = new TextEncoder().encode("event: a\ndata: 你好\n\n: ping\n\ndata: x\r\n\r\ndata: last");
  for (let size = 1; size <= bytes.length; size++) {
    const body = new ReadableStream<Uint8Array>({
      start(sink) {
        for (let at = 0; at < bytes.length; at += size) sink.enqueue(bytes.slice(at, at + size));
        sink.close();
      },
    });
    const found: string[] = [];
    for await (const data of events(body)) found.push(data);
    expect(found, `pieces of ${size}`).toEqual(["你好", "x", "last"]);
  }
});

test("errors of any dialect have a message", () => {
  expect(messageOf('{"type":"error","error":{"type":"not_found_error","message":"no model"}}')).toBe("no model");
  expect(messageOf("<html><h1>502</h1></html>")).toBe("502");
});
