/** Settings as a form holds them: flat, since the dots of their names would be read as places within places. */
import { z } from "zod";
import type { Change, Setting } from "./queries";

export type Values = Record<string, boolean | string>;

export const TABS = ["general", "auth", "gateway", "security", "api_keys", "audit", "performance"] as const;
export type TabName = (typeof TABS)[number];

export const fieldOf = (key: string) => key.replaceAll(".", "__");

export const formValueOf = ({ kind, value }: Setting): boolean | string =>
  kind === "bool" ? value === (true as unknown) : String(value);

export const valuesOf = (settings: readonly Setting[]): Values =>
  Object.fromEntries(settings.map((one) => [fieldOf(one.key), formValueOf(one)]));

/** Numbers are checked here too, so that a fault is told where it is typed. */
export function schemaOf(settings: readonly Setting[], range: (setting: Setting) => string) {
  const shape = settings.map((one): [string, z.ZodType] => {
    if (one.kind === "bool") return [fieldOf(one.key), z.boolean()];
    if (one.kind !== "int") return [fieldOf(one.key), z.string()];
    const within = (text: string) =>
      /^-?\d+$/.test(text.trim()) && Number(text) >= (one.min ?? 0) && Number(text) <= (one.max ?? 0);
    return [fieldOf(one.key), z.string().refine(within, range(one))];
  });
  return z.object(Object.fromEntries(shape)) as unknown as z.ZodType<unknown, Values>;
}

/** What differs from what the server has, in the types that it wants. */
export function changes(settings: readonly Setting[], values: Values): Change {
  const wanted: Change = {};
  for (const one of settings) {
    const now = values[fieldOf(one.key)];
    if (now === undefined || now === formValueOf(one)) continue;
    wanted[one.key] = one.kind === "int" ? Number(now) : now;
  }
  return wanted;
}
