import type { Call } from "./queries";

/** Newest first, as the server orders: by the time a call was accepted, then by its id. */
function isNewer(a: Call, b: Call): boolean {
  return a.timestamp === b.timestamp ? a.id > b.id : a.timestamp > b.timestamp;
}

/**
 * Calls that came live among those that were asked for. A call is told when it ends but stands where it began, so a long
 * one may belong further down; one that is older than everything loaded comes with its page.
 */
export function merge(live: readonly Call[], loaded: readonly Call[], more: boolean): readonly Call[] {
  if (live.length === 0) return loaded;
  const known = new Set(loaded.map((call) => call.id));
  const oldest = loaded.at(-1);
  const fresh: Call[] = [];
  for (const call of live) {
    if (known.has(call.id) || (more && oldest && isNewer(oldest, call))) continue;
    known.add(call.id);
    fresh.push(call);
  }
  if (fresh.length === 0) return loaded;
  fresh.sort((a, b) => (isNewer(a, b) ? -1 : 1));
  const merged: Call[] = [];
  let next = 0;
  for (const call of loaded) {
    for (let one = fresh[next]; one && isNewer(one, call); one = fresh[++next]) merged.push(one);
    merged.push(call);
  }
  return merged.concat(fresh.slice(next));
}
