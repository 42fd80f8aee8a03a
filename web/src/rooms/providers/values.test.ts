import { describe, expect, it } from "vitest";
import { ApiError } from "@/api";
import { placeholders } from "@/i18n/texts";
import { TYPES, typeOf } from "./provider-type";
import type { Provider } from "./queries";
import { atItsField, editBody, freeName, newBody, newValues, storedValues, testBody, valuesSchema } from "./values";

const stored = {
  id: "prv_1",
  name: "vllm",
  display_name: "vllm",
  provider_type: "custom",
  base_url: "http://10.0.0.1",
  api_key: "••••••••",
  allow_private_network: true,
  config: { headers: { "x-team": "••••••••" }, dialects: ["chat"], ask_usage: true, keeps_responses: true },
  priority: 100,
} as unknown as Provider;

describe("every type", () => {
  it("is found", () =>
    expect(TYPES.map((type) => type.id)).toEqual(["openai", "anthropic", "google", "azure", "bedrock", "custom"]));
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
  for (const absent of ["base_url", "config.dialects", "config.ask_usage", "config.keeps_responses"])
    expect(body).not.toHaveProperty(absent);
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

describe("an access key of Bedrock", () => {
  const config = { headers: {}, dialects: ["converse"], ask_usage: true, keeps_responses: true, region: "us-east-1" };
  const keys = { access_key_id: "AKIA1", secret_access_key: "••••••••", session_token: "••••••••" };
  const base_url = "https://bedrock-runtime.us-east-1.amazonaws.com";
  const bedrock = { ...stored, provider_type: "bedrock", base_url, api_key: null, config: { ...config, ...keys } };
  const signed = bedrock as unknown as Provider;
  const byKey = { ...bedrock, api_key: "••••••••", config } as unknown as Provider;
  const fresh = newValues([], typeOf("bedrock"));

  it("is asked for with its region, and nothing else is sent", () => {
    const missing = typeOf("bedrock")?.missing;
    expect(missing?.(fresh, undefined)).toEqual(["region", "access_key_id", "secret_access_key"]);
    expect(missing?.({ ...fresh, sign_in: "api_key", endpoint: "http://here" }, undefined)).toEqual(["api_key"]);
    expect(missing?.(storedValues(signed), signed)).toEqual([]);
    const typed = { region: " eu-west-1 ", access_key_id: "AKIA2", secret_access_key: "s" };
    const body = newBody({ ...fresh, ...typed, api_key: "left", base_url: "https://left", api_version: "v1" });
    expect(body.config).toEqual({ headers: {}, ...typed, region: "eu-west-1" });
    for (const absent of ["base_url", "api_key"]) expect(body).not.toHaveProperty(absent);
  });
  it("needs no other key", () => {
    const says = { missing: "", badName: "", badNumber: "", twice: "", needsDialect: "" };
    const typed = { ...fresh, region: "eu-west-1", access_key_id: "AKIA2", secret_access_key: "s" };
    expect(valuesSchema(says, undefined).safeParse(typed).success).toBe(true);
    expect(valuesSchema(says, undefined).safeParse({ ...typed, sign_in: "api_key" }).success).toBe(false);
  });
  it("stays as it is when nothing is typed", () => {
    const body = editBody(storedValues(signed), signed);
    expect(body.config).toEqual({ headers: {} });
    for (const absent of ["base_url", "api_key"]) expect(body).not.toHaveProperty(absent);
  });
  it("takes its session token with it", () => {
    const values = { ...storedValues(signed), secret_access_key: "new" };
    expect(editBody(values, signed).config).toEqual({ headers: {}, secret_access_key: "new", session_token: "" });
  });
  it("goes when an API key takes its place, and the other way round", () => {
    const one = editBody({ ...storedValues(signed), sign_in: "api_key", api_key: "k" }, signed);
    expect(one).toMatchObject({
      api_key: "k",
      config: { access_key_id: "", secret_access_key: "", session_token: "" },
    });
    const typed = { access_key_id: "AKIA3", secret_access_key: "s" };
    const other = editBody({ ...storedValues(byKey), sign_in: "access_key", ...typed }, byKey);
    expect(other).toMatchObject({ api_key: null, config: typed });
  });
  it("is not asked for where the machine has a role, and goes with it", () => {
    const role = { ...bedrock, config } as unknown as Provider;
    expect(storedValues(role).sign_in).toBe("instance");
    expect(editBody(storedValues(role), role).config).toEqual({ headers: {} });
    const missing = typeOf("bedrock")?.missing;
    expect(missing?.({ ...fresh, sign_in: "instance" }, undefined)).toEqual(["region"]);
    const left = { access_key_id: "AKIA2", secret_access_key: "s", api_key: "k" };
    const made = newBody({ ...fresh, ...left, region: "eu-west-1", sign_in: "instance" });
    expect(made.config).toEqual({ headers: {}, region: "eu-west-1" });
    expect(made).not.toHaveProperty("api_key");
    expect(editBody({ ...storedValues(signed), sign_in: "instance" }, signed).config).toEqual({
      headers: {},
      access_key_id: "",
      secret_access_key: "",
      session_token: "",
    });
    expect(editBody({ ...storedValues(byKey), sign_in: "instance" }, byKey)).toMatchObject({ api_key: null });
  });
  it("has its errors where there are fields", () => {
    const at = (field: string, code = "invalid") =>
      (atItsField(new ApiError({ status: 400, code, message: "no", field }), fresh, "private") as ApiError).field;
    expect(at("base_url", "private_address")).toBe("endpoint");
    expect(at("config.endpoint", "private_address")).toBe("config.endpoint");
  });
});
