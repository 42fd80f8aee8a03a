import { describe, expect, it } from "vitest";
import { addMoney, compareMoney, exactMoney, glanceMoney, shortMoney } from "./money";
import { bytes, compactNumber, exactNumber, percent } from "./number";
import { boundsOf, isRange } from "./range";
import { duration, exactTime, relativeTime } from "./time";

const EN = "en-US";

describe("numbers", () => {
  it.each([
    [0, "0"],
    [9_999, "9,999"],
    [12_345, "12.3K"],
    [1_234_567, "1.23M"],
    [-1_234_567, "-1.23M"],
  ])("compact %s", (value, expected) => expect(compactNumber(value, EN)).toBe(expected));

  it("is compact in Chinese units", () => expect(compactNumber(1_234_567, "zh-CN")).toBe("123万"));
  it("is exact", () => expect(exactNumber(1_234_567, EN)).toBe("1,234,567"));

  it.each([
    [0, "0%"],
    [0.0034, "0.34%"],
    [0.5, "50%"],
    [0.9876, "98.8%"],
  ])("share %s", (value, expected) => expect(percent(value, EN)).toBe(expected));

  it.each([
    [0, "0 bytes"],
    [999, "999 bytes"],
    [1_500, "1.5 kB"],
    [2_000_000_000, "2 GB"],
  ])("bytes %s", (value, expected) => expect(bytes(value, EN)).toBe(expected));
});

describe("money", () => {
  it.each([
    ["0", "$0.00", "$0.00"],
    ["1234.5", "$1,234.50", "$1,234.50"],
    ["0.1234567", "$0.1235", "$0.1234567"],
    ["0.000012345", "$0.000012", "$0.000012345"],
    ["-3.999", "-$4.00", "-$3.999"],
    // A float would show …993.
    ["9007199254740993.01", "$9,007,199,254,740,993.01", "$9,007,199,254,740,993.01"],
    ["not money", "not money", "not money"],
  ])("%s", (amount, short, exact) => {
    expect(shortMoney(amount, EN)).toBe(short);
    expect(exactMoney(amount, EN)).toBe(exact);
  });

  it.each([
    [["0.1", "0.2"], "0.3"],
    [["-1.5", "0.25"], "-1.25"],
    [["-0.5"], "-0.5"],
    [[], "0"],
    [["9007199254740993", "0.000000001"], "9007199254740993.000000001"],
  ])("adds %s", (amounts, sum) => expect(addMoney(amounts)).toBe(sum));

  it.each([
    ["0", "$0.00"],
    ["0.0000083", "<$0.01"],
    ["-0.0000083", "<$0.01"],
    ["0.0123", "$0.0123"],
    ["12.3", "$12.30"],
    ["not money", "not money"],
  ])("%s at a glance", (amount, glance) => expect(glanceMoney(amount, EN)).toBe(glance));

  it("compares without rounding", () => {
    expect(compareMoney("9007199254740993", "9007199254740992")).toBe(1);
    expect(compareMoney("2", "10")).toBe(-1);
    expect(compareMoney("0.10", "0.1")).toBe(0);
  });
});

describe("times", () => {
  const now = new Date("2026-11-22T12:00:00Z");
  it.each([
    ["2026-11-22T11:59:58Z", "now"],
    ["2026-11-22T11:57:01Z", "2 min. ago"],
    ["2026-11-22T13:30:00Z", "in 1 hr."],
    ["2026-11-21T11:00:00Z", "yesterday"],
    ["2026-01-02T12:00:00Z", "Jan 2, 2026"],
  ])("%s", (at, expected) => expect(relativeTime(new Date(at), now, EN)).toBe(expected));

  it("is exact to the millisecond", () =>
    expect(exactTime(new Date("2026-11-22T12:00:00.125Z"), EN, "UTC")).toBe("Nov 22, 2026, 12:00:00.125 PM UTC"));

  it.each([
    [0.84, "0.8 ms"],
    [240.4, "240 ms"],
    [1_240, "1.24 s"],
    [12_340, "12.3 s"],
    [125_000, "2 m 5 s"],
    [120_000, "2 m"],
    [12_000_000, "3 h 20 m"],
    [999.7, "1 s"],
    [352_800_000, "4 d 2 h"],
  ])("lasts %s", (ms, expected) => expect(duration(ms, EN)).toBe(expected));
});

describe("ranges", () => {
  const now = new Date("2026-11-22T12:00:00Z");
  it.each([
    ["15m", { from: "2026-11-22T11:45:00.000Z" }],
    ["24h", { from: "2026-11-21T12:00:00.000Z" }],
    ["30d", { from: "2026-10-23T12:00:00.000Z" }],
    [
      "2026-11-22T08:00:00.000Z/2026-11-22T09:00:00.000Z",
      { from: "2026-11-22T08:00:00.000Z", to: "2026-11-22T09:00:00.000Z" },
    ],
  ])("%s", (range, expected) => {
    expect(isRange(range)).toBe(true);
    expect(boundsOf(range, now)).toEqual(expected);
  });

  it.each(["", "5m", "2026-11-22T08:00:00Z", "2026-11-22T09:00:00Z/2026-11-22T08:00:00Z", "a/b"])("not %s", (text) =>
    expect(isRange(text)).toBe(false),
  );
});
