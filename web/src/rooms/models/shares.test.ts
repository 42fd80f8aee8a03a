import { expect, it } from "vitest";
import { groups } from "./shares";

type Way = [weight: number, priority: number, usable?: boolean];

/** `70% 30% | 100%`: the steps in order, `-` for a route that gets nothing. */
function check(routes: Way[]): string {
  const found = groups(routes, ([weight, priority, usable = true]) => ({ weight, priority, usable }));
  const say = (share: number | undefined) => (share === undefined ? "-" : `${Math.round(share * 100)}%`);
  return found.map((group) => group.routes.map(({ at, share }) => `${at}:${say(share)}`).join(" ")).join(" | ");
}

it.each<[Way[], string]>([
  [[[100, 0]], "0:100%"],
  [
    [
      [70, 0],
      [30, 0],
      [100, 10],
    ],
    "0:70% 1:30% | 2:100%",
  ],
  [
    [
      [1, 5],
      [1, 0],
    ],
    "1:100% | 0:100%",
  ],
  [
    [
      [70, 0, false],
      [30, 0],
    ],
    "0:- 1:100%",
  ],
  [
    [
      [0, 0],
      [50, 0],
    ],
    "0:0% 1:100%",
  ],
  [
    [
      [0, 0],
      [0, 0],
    ],
    "0:100% 1:0%",
  ],
  [[[50, 0, false]], "0:-"],
  [
    [
      [1, -1],
      [1, 0],
    ],
    "0:100% | 1:100%",
  ],
])("%j gives %s", (routes, expected) => expect(check(routes)).toBe(expected));
