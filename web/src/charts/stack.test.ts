import { describe, expect, it } from "vitest";
import { lonely, peak, stack, total } from "./stack";

describe("stack", () => {
  it.each([
    [[], []],
    [[[1, 2, 3]], [[1, 2, 3]]],
    [
      [
        [1, null, 3],
        [10, 20, null],
      ],
      [
        [1, 0, 3],
        [11, 20, 3],
      ],
    ],
  ])("%j", (series, expected) => expect(stack(series)).toEqual(expected));
});

it("totals without gaps", () => expect(total([1, null, 2.5])).toBe(3.5));

describe("lonely", () => {
  it.each([
    [[], []],
    [[7], [0]],
    [[1, 2], []],
    [
      [1, null, 2, null, 3, 4, null, 0],
      [0, 2, 7],
    ],
  ])("%j", (values, expected) => expect(lonely(values)).toEqual(expected));
});

describe("peak", () => {
  it.each([
    [[], undefined],
    [[0, null, 0], undefined],
    [[1, 5, null, 5, 2], 1],
  ])("%j", (values, expected) => expect(peak(values)).toBe(expected));
});
