import { describe, expect, it } from "vitest";
import type { Call } from "@/api";
import { joined } from "./feed-rows";
import { isMoving, lengthMs, place, zoomed } from "./range";
import { change, courseOf } from "./series";

const NOW = new Date("2026-11-22T12:00:00Z");
const secs = (text: string) => Date.parse(text) / 1000;

describe("the place", () => {
  it.each([
    [{}, "24h"],
    [{ range: "7d" }, "7d"],
    [{ range: "forever" }, "24h"],
    [
      { range: "2026-11-01T00:00:00.000Z/2026-11-02T00:00:00.000Z" },
      "2026-11-01T00:00:00.000Z/2026-11-02T00:00:00.000Z",
    ],
  ])("%j", (search, range) => expect(place.parse(search).range).toBe(range));
});

describe("zoomed", () => {
  it.each([
    ["2026-11-22T08:00:00Z", "2026-11-22T09:00:00Z", "2026-11-22T08:00:00.000Z/2026-11-22T09:00:00.000Z"],
    // A single step is too little, and the present is the end.
    ["2026-11-22T08:00:00Z", "2026-11-22T08:05:00Z", "2026-11-22T07:50:00.000Z/2026-11-22T08:05:00.000Z"],
    ["2026-11-22T11:55:00Z", "2026-11-22T12:05:00Z", "2026-11-22T11:45:00.000Z/2026-11-22T12:00:00.000Z"],
  ])("%s to %s", (from, to, expected) => expect(zoomed(secs(from), secs(to), NOW)).toBe(expected));
});

it("knows how long a range is and whether it moves on", () => {
  expect(lengthMs("7d", NOW)).toBe(7 * 24 * 3_600_000);
  expect([isMoving("1h", NOW), isMoving("2026-11-01T00:00:00.000Z/2026-11-02T00:00:00.000Z", NOW)]).toEqual([
    true,
    false,
  ]);
});

describe("change", () => {
  it.each([
    [15, 10, 0.5],
    [0, 10, -1],
    [5, 0, undefined],
    [null, 3, undefined],
    [3, undefined, undefined],
  ])("%j after %j", (now, before, expected) => expect(change(now, before)).toBe(expected));
});

const CUT = { step_secs: 900, from: "2026-11-22T10:07:00Z", to: "2026-11-22T11:00:00Z" };

it.each([
  // Begins within its first step: that one is left out. A step that is whole stays.
  ["2026-11-22T10:07:00Z", "2026-11-22T10:15:00Z"],
  ["2026-11-22T10:02:00Z", "2026-11-22T10:00:00Z"],
])("a range from %s is drawn from %s", (from, drawn) => {
  const ats = ["10:00", "10:15", "10:30", "10:45"].map((time) => `2026-11-22T${time}:00Z`);
  const series = ats.map((at) => ({ at, cost_usd: "0", duration_ms: {}, ttft_ms: {} }));
  const overview = { ...CUT, from, series } as unknown as Parameters<typeof courseOf>[0];
  expect(courseOf(overview, NOW).times[0]).toBe(secs(drawn));
});

it("draws gaps where nothing was measured and shares where something was", () => {
  const none = { p50: null, p95: null, p99: null };
  const point = (at: string, requests: number, errors: number) => ({
    at,
    requests,
    errors,
    input_tokens: requests * 6,
    cache_read_tokens: requests * 2,
    cache_write_5m_tokens: requests,
    cache_write_1h_tokens: requests,
    output_tokens: requests * 3,
    reasoning_tokens: requests,
    cost_usd: "0.5",
    duration_ms: requests ? { p50: 100, p95: 200, p99: 300 } : none,
    ttft_ms: none,
  });
  const series = [point("2026-11-22T11:55:00Z", 4, 1), point("2026-11-22T12:00:00Z", 0, 0)];
  const overview = {
    series,
    step_secs: 300,
    from: "2026-11-22T11:57:00Z",
    to: "2026-11-22T12:02:00Z",
  } as unknown as Parameters<typeof courseOf>[0];
  expect(courseOf(overview, new Date("2026-11-22T12:02:00Z"))).toMatchObject({
    times: [secs("2026-11-22T11:55:00Z"), secs("2026-11-22T12:00:00Z")],
    errorRate: [0.25, null],
    cost: [0.5, 0.5],
    tokens: [52, 0],
    classes: { input: [24, 0], cacheRead: [8, 0], cacheWrite: [8, 0], output: [8, 0], reasoning: [4, 0] },
    latency95: [200, null],
    ttft50: [null, null],
    partial: true,
  });
});

describe("joined", () => {
  const call = (id: string, timestamp: string, duration_ms = 0) => ({ id, timestamp, duration_ms }) as Call;
  const [a, b, c] = [
    call("a", "2026-11-22T12:00:00Z", 60_000),
    call("b", "2026-11-22T12:00:30Z"),
    call("c", "2026-11-22T12:00:40Z"),
  ] as const;
  it.each([
    [[], [], 5, []],
    // The one that ended last is the newest, however early it began.
    [[a, b], [c], 5, ["a", "c", "b"]],
    [[a, b], [b, a], 5, ["a", "b"]],
    [[a, b], [c], 2, ["a", "c"]],
  ])("%#", (rows, more, most, ids) => expect(joined(rows, more, most).map(({ id }) => id)).toEqual(ids));
});
