/** Much data: lists are looked at with none, with little, and with this. Rows of the log: `start({ logRows })`. */
import type { Server } from "./server.ts";

/** Names as people give them: short ones, very long ones, and in other scripts. */
function name(what: string, n: number): string {
  if (n % 10 === 3)
    return `${what}-${n} for the nightly evaluation of the customer support assistant in the Frankfurt region`;
  if (n % 10 === 7) return `${what}-${n} 夜间评测`;
  return `${what}-${n}`;
}

export interface Key {
  id: string;
  name: string;
  key: string;
}

export interface User {
  id: string;
  email: string;
}

export function seedKeys(server: Server, count: number, more: Record<string, unknown> = {}): Promise<Key[]> {
  return each(count, (n) => server.api.post<Key>("/api/keys", { name: name("key", n), ...more }));
}

export function seedUsers(server: Server, count: number, more: Record<string, unknown> = {}): Promise<User[]> {
  return each(count, (n) =>
    server.api.post<User>("/api/admin/users", {
      email: `person.${n}@example.org`,
      display_name: name("Person", n),
      roles: ["developer"],
      ...more,
    }),
  );
}

export function seedModels(server: Server, count: number, provider = "openai"): Promise<{ id: string }[]> {
  return each(count, (n) =>
    server.api.post<{ id: string }>("/api/admin/models", {
      model_id: n % 10 === 3 ? `an-organisation/a-rather-long-model-name-${n}-instruct-2026-11-22` : `model-${n}`,
      routes: [{ provider, upstream_model: "gpt-sim" }],
    }),
  );
}

export function seedProviders(server: Server, count: number): Promise<{ id: string }[]> {
  return each(count, (n) =>
    server.api.post<{ id: string }>("/api/admin/providers", server.provider(`provider-${n}`, "openai")),
  );
}

/** Eight at a time: one after the other waits for the disk, all at once for the server. */
async function each<T>(count: number, make: (n: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  for (let first = 0; first < count; first += 8) {
    const turn = Array.from({ length: Math.min(8, count - first) }, (_, n) => make(first + n));
    made.push(...(await Promise.all(turn)));
  }
  return made;
}
