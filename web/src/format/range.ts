/**
 * A span of time as one text, for the address: "24h" ends now and moves on, "2026-11-22T08:00:00.000Z/2026-11-22T09:00:00.000Z"
 * stands still. Pure: the present is an argument.
 */
export const PRESETS = ["15m", "1h", "6h", "24h", "7d", "30d"] as const;
export type Preset = (typeof PRESETS)[number];

const MINUTE = 60_000;
const UNIT: Readonly<Record<string, number>> = { m: MINUTE, h: 60 * MINUTE, d: 24 * 60 * MINUTE };

export function isPreset(text: string): text is Preset {
  return (PRESETS as readonly string[]).includes(text);
}

/** Whether a text from the address is a range. */
export function isRange(text: string): boolean {
  return isPreset(text) || fixedRange(text) !== undefined;
}

/** Both ends of a range that stands still. */
export function fixedRange(text: string): { from: Date; to: Date } | undefined {
  const [from, to, ...rest] = text.split("/").map((part) => new Date(part));
  if (!from || !to || rest.length > 0) return undefined;
  return from.getTime() < to.getTime() ? { from, to } : undefined;
}

export function fixed(from: Date, to: Date): string {
  return `${from.toISOString()}/${to.toISOString()}`;
}

/** Where it begins and ends now, as the API takes it. A range that moves has no end: what comes next belongs to it. */
export function boundsOf(range: string, now: Date): { from: string; to?: string } {
  const ends = fixedRange(range);
  if (ends) return { from: ends.from.toISOString(), to: ends.to.toISOString() };
  const length = Number.parseInt(range, 10) * (UNIT[range.slice(-1)] ?? 0);
  return { from: new Date(now.getTime() - length).toISOString() };
}

/** For `<input type="datetime-local">`: the time on the reader's clock, without a zone. */
export function toLocalInput(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * MINUTE).toISOString().slice(0, 19);
}
