/** The span of time that is shown. Pure but for the schema's library. */
import { z } from "zod";
import { boundsOf, fixed, isRange } from "@/format";

export const DEFAULT_RANGE = "24h";

/** What is one press away; others are in the picker. */
export const USUAL = ["1h", "24h", "7d", "30d"] as const;

export const place = z.object({ range: z.string().refine(isRange).catch(DEFAULT_RANGE) });

const MINUTE = 60_000;
/** The log is summed up in steps of five minutes; less than three of them is no course. */
const SHORTEST_MS = 15 * MINUTE;

export function lengthMs(range: string, now = new Date()): number {
  const { from, to } = boundsOf(range, now);
  return (to ? new Date(to) : now).getTime() - new Date(from).getTime();
}

/** How long figures may stand while calls come in: a month changes less with a call than an hour does. */
export function quietMs(range: string): number {
  const length = lengthMs(range);
  return length <= 60 * MINUTE ? 3_000 : length <= 24 * 60 * MINUTE ? 5_000 : 20_000;
}

/** The range that was marked in a chart, in seconds: not shorter than what can be shown, not beyond the present. */
export function zoomed(from: number, to: number, now: Date): string {
  const end = Math.min(to * 1000, now.getTime());
  const begin = Math.min(from * 1000, end - SHORTEST_MS);
  return fixed(new Date(begin), new Date(end));
}

/** Whether the range ends now, so that what happens now belongs to it. */
export function isMoving(range: string, now: Date): boolean {
  const { to } = boundsOf(range, now);
  return to === undefined || new Date(to) > now;
}
