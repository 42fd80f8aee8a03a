import { describe, expect, it } from "vitest";
import { chatModels, looksPrivate, typeOf } from "./provider-types";

describe("looksPrivate", () => {
  it.each([
    ["http://localhost:11434", true],
    ["http://127.0.0.1:8000/v1", true],
    ["http://10.1.2.3", true],
    ["http://192.168.1.9", true],
    ["http://172.16.0.1", true],
    ["http://172.32.0.1", false],
    ["http://100.64.0.1", true],
    ["http://100.128.0.1", false],
    ["http://[::1]:8000", true],
    ["http://[fd00::1]", true],
    ["http://ollama:11434", true],
    ["https://gpu.internal", true],
    ["https://api.openai.com", false],
    ["https://10.example.com", false],
    ["not an address", false],
    ["", false],
  ])("%s: %s", (address, expected) => expect(looksPrivate(address)).toBe(expected));
});

describe("chatModels", () => {
  it.each([
    [
      "openai",
      ["whisper-1", "gpt-5", "gpt-4o-mini", "text-embedding-3-small", "gpt-image-1"],
      ["gpt-4o-mini", "gpt-5"],
    ],
    ["openai", ["davinci-002", "o3", "o3-mini"], ["o3", "o3-mini"]],
    ["anthropic", ["claude-opus-4-1", "claude-haiku-4-5-20251001"], ["claude-haiku-4-5-20251001", "claude-opus-4-1"]],
    ["custom", ["nomic-embed-text", "qwen3:8b", "llama3"], ["llama3", "qwen3:8b"]],
    ["custom", [], []],
  ])("%s %j", (type, ids, expected) => expect(chatModels(ids, typeOf(type))).toEqual(expected));
});
