import { describe, expect, it } from "vitest";
import { ApiError } from "@/api";
import { placeholders } from "@/i18n/texts";
import { TYPES } from "./provider-type";
import type { Provider } from "./queries";
import { atItsField, editBody, freeName, newBody, newValues, storedValues, testBody } from "./values";

const stored = {
  id: "prv_1",
  name: "vllm",
  display_name: "vllm",
  provider_type: "custom",
  base_url: "http://10.0.0.1",
  api_key: "••••••••",
  allow_private_network: true,
  config: { headers: { "x-team": "••••••••" }, dialects: ["chat"], ask_usage: true },
  priority: 100,
} as unknown as Provider;

describe("every type", () => {
  it("is found", () => expect(TYPES.map((type) => type.id)).toEqual(["openai", "anthropic", "custom"]));
  it.each(TYPES)("$id says the same in both languages", ({ texts: { en, zh } }) => {
    for (const key of Object.keys(en) as (keyof typeof en)[])
      expect(placeholders(zh[key])).toEqual(placeholders(en[key]));
  });
});

describe("an edit", () => {
  it("keeps secrets that were not typed", () => {
    const body = editBody(storedValues(stored), stored);
    expect(body).not.toHaveProperty("api_key");
    expect(body.config?.headers).toEqual({ "x-team": "••••••••" });
    expect(body.config).not.toHaveProperty("dialects");
  });
  it("sends what was typed", () => {
    const values = { ...storedValues(stored), api_key: " sk-new ", dialects: ["chat", "messages"] };
    expect(editBody(values, stored)).toMatchObject({ api_key: "sk-new", config: { dialects: ["chat", "messages"] } });
  });
  it("removes a key that is to go", () => {
    const values = { ...storedValues(stored), without_key: true };
    expect(editBody(values, stored).api_key).toBeNull();
    expect(testBody(values, stored).api_key).toBe("");
  });
  it("is tested with the stored secrets", () => {
    expect(testBody(storedValues(stored), stored)).toMatchObject({ id: "prv_1", base_url: "http://10.0.0.1" });
  });
});

it("a new provider leaves to the server what was not said", () => {
  const body = newBody({ ...newValues(["openai"]), api_key: "sk" });
  expect(body).toMatchObject({ name: "openai-2", provider_type: "openai", api_key: "sk" });
  for (const absent of ["base_url", "config.dialects", "config.ask_usage"]) expect(body).not.toHaveProperty(absent);
});

it.each([
  [[], "openai"],
  [["openai"], "openai-2"],
  [["openai", "openai-2"], "openai-3"],
])("beside %j the name is %s", (taken, expected) => expect(freeName("openai", taken)).toBe(expected));

it.each([
  ["config.headers.x-team", "headers[0].name"],
  ["config.headers.other", "config.headers.other"],
  ["base_url", "base_url"],
])("an error of %s is at %s", (field, expected) => {
  const error = new ApiError({ status: 400, code: "invalid", message: "no", field });
  expect((atItsField(error, storedValues(stored), "private") as ApiError).field).toBe(expected);
});
