// What tests/run.py started, and what a test may ask about its own calls.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";

export const stack = JSON.parse(process.env.TW_TEST_STACK);

const json = async (url, headers = {}) => (await fetch(url, { headers })).json();
const journal = (since) => json(`${stack.simulator}/_sim/journal?since=${since}`);

/** The name of a model of the house: without a gateway it only has its upstream name. */
export const model = (name) => stack.models[name] ?? name;

/** SDK clients whose calls are marked by a session, and checks of what was recorded about them. */
export async function calls({ key = {}, base = "" } = {}) {
  const session = `n-${randomUUID()}`;
  const headers = stack.direct ? {} : { "x-session-id": session };
  const mark = (await json(`${stack.simulator}/_sim/stats`)).arrived;
  const common = { maxRetries: 0, timeout: 30_000 };
  const openai = new OpenAI({ ...common, apiKey: key.openai ?? stack.openai_key, baseURL: `${stack.url}/v1${base}`, defaultHeaders: headers });
  // The simulated Anthropic takes keys in `x-api-key` only; the SDK sends Bearer tokens, which the gateway takes too.
  const anthropicKey = key.anthropic ?? stack.anthropic_key;
  const anthropic = new Anthropic({
    ...common,
    apiKey: anthropicKey,
    baseURL: `${stack.url}${base}`,
    defaultHeaders: stack.direct ? { Authorization: null, "x-api-key": anthropicKey } : headers,
  });

  async function reached(count = 1) {
    const entries = await journal(mark);
    assert.equal(entries.length, count);
    for (const entry of entries) {
      assert.deepEqual(entry.leaked, []);
      assert.equal(entry.refused, null);
    }
    return entries.map((entry) => ({ ...entry, sent: Buffer.from(entry.body, "base64").toString() }));
  }

  /** Waits until an exchange at the provider looks as wanted. */
  async function seen(wanted) {
    for (let turn = 0; turn < 150; turn += 1) {
      const found = (await journal(mark)).find(wanted);
      if (found) return found;
      await sleep(20);
    }
    throw new Error("the provider never saw it");
  }

  /** The log's rows of this session, which must be there within one second. */
  async function records(count, expected = {}) {
    if (stack.direct) return [];
    const deadline = Date.now() + 1000;
    for (;;) {
      const url = `${stack.console}/api/gateway/logs?limit=1000&session_id=${session}`;
      const { items: rows } = await json(url, { authorization: `Bearer ${stack.token}` });
      if (rows.length >= count || Date.now() > deadline) {
        assert.equal(rows.length, count);
        for (const row of rows) for (const [name, value] of Object.entries(expected)) assert.deepEqual(row[name], value, name);
        return rows;
      }
      await sleep(50);
    }
  }

  return { openai, anthropic, reached, seen, records, mark };
}

export const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
export const SCHEMA = { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false };
export const NAMES = ["get_weather", "get_time"];
