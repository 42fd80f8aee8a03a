import { describe, expect, it } from "vitest";
import { cell } from "./csv";
import { merge } from "./merge";
import type { Call } from "./queries";

const call = (id: string, timestamp: string) => ({ id, timestamp }) as Call;
const [a, b, c, d] = [call("a", "1"), call("b", "2"), call("c", "3"), call("d", "4")];

describe("live calls among loaded ones", () => {
  it.each([
    ["nothing live", [], [c, a], false, "ca"],
    ["newer ones come first, the newest of them on top", [c, d], [b, a], true, "dcba"],
    ["one that began earlier stands where it began", [b], [d, c, a], true, "dcba"],
    ["one that is told and loaded stands once", [d, d, c], [d, a], true, "dca"],
    ["one older than all that is loaded waits for its page", [a], [d, c], true, "dc"],
    ["or is the last, when there are no more pages", [a], [d, c], false, "dca"],
    ["nothing loaded", [a, b], [], false, "ba"],
  ])("%s", (_name, live, loaded, more, expected) =>
    expect(
      merge(live, loaded, more)
        .map(({ id }) => id)
        .join(""),
    ).toBe(expected),
  );
});

describe("a cell of the CSV", () => {
  it.each([
    ["plain", "plain"],
    ['a "b", c', '"a ""b"", c"'],
    ["=1+1", "'=1+1"],
    ["@sum", "'@sum"],
    ["-2", "'-2"],
    ["\tx", "'\tx"],
    ["two\nlines", '"two\nlines"'],
    [-2, "-2"],
    [null, ""],
    [false, "false"],
  ])("%j", (value, expected) => expect(cell(value)).toBe(expected));
});
