import { describe, expect, it } from "vitest";
import { stack, total } from "./stack";

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
