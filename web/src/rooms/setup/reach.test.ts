import { describe, expect, it } from "vitest";
import { bodyOf, missingOf, NO_CONFIG, type Reach } from "./reach";

const nothing: Reach = {
  base_url: "",
  api_key: "",
  allow_private_network: false,
  sign_in: "access_key",
  config: NO_CONFIG,
};
const keys = { region: "us-east-1", access_key_id: "AKIA1", secret_access_key: "s", session_token: "" };

describe("what is missing", () => {
  it.each([
    ["openai", nothing, ["base_url", "api_key"]],
    ["azure", { ...nothing, base_url: "https://me.openai.azure.com" }, ["api_key"]],
    ["custom", nothing, ["base_url"]],
    ["bedrock", nothing, ["config.region", "config.access_key_id", "config.secret_access_key"]],
    ["bedrock", { ...nothing, sign_in: "api_key" as const }, ["config.region", "api_key"]],
    ["bedrock", { ...nothing, sign_in: "instance" as const }, ["config.region"]],
    ["bedrock", { ...nothing, config: keys }, []],
  ])("%s %#", (type, reach, expected) => expect(missingOf(type, reach)).toEqual(expected));
  it("is not what the server has", () => {
    const config = { headers: {}, dialects: [], ask_usage: true, keeps_responses: true, secret_access_key: "••••••••" };
    const stored = { api_key: null, config };
    expect(missingOf("bedrock", { ...nothing, config: { ...keys, secret_access_key: "" } }, stored)).toEqual([]);
  });
});

describe("the request", () => {
  it("says only what the type knows", () => {
    const all = { ...nothing, base_url: " https://here ", api_key: " k ", config: keys };
    expect(bodyOf("google", all)).toEqual({ base_url: "https://here", api_key: "k", allow_private_network: false });
    const { session_token: _, ...sent } = keys;
    expect(bodyOf("bedrock", all)).toEqual({ config: sent });
    expect(bodyOf("bedrock", { ...all, sign_in: "instance" })).toEqual({ config: { region: "us-east-1" } });
    expect(bodyOf("bedrock", { ...all, sign_in: "api_key" })).toEqual({
      api_key: "k",
      config: { region: "us-east-1" },
    });
  });
});
