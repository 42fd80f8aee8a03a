/** How calls are spread over routes: the first group gets all of them, in proportion to weight; the next what failed there. */

interface Way {
  weight: number;
  priority: number;
  /** Whether it can be used: switched on, and its provider too. */
  usable: boolean;
}

export interface Group<R> {
  priority: number;
  routes: {
    route: R /** Where it stands in the list. */;
    at: number /** 0 to 1; undefined when it gets nothing. */;
    share: number | undefined;
  }[];
}

export function groups<R>(routes: readonly R[], read: (route: R) => Way): Group<R>[] {
  const found = new Map<number, Group<R>>();
  routes.forEach((route, at) => {
    const { priority } = read(route);
    const group = found.get(priority) ?? { priority, routes: [] };
    group.routes.push({ route, at, share: undefined });
    found.set(priority, group);
  });
  for (const group of found.values()) {
    const usable = group.routes.filter(({ route }) => read(route).usable);
    const total = usable.reduce((sum, { route }) => sum + read(route).weight, 0);
    // Without any weight the first one in order gets all.
    for (const one of usable) one.share = total > 0 ? read(one.route).weight / total : one === usable[0] ? 1 : 0;
  }
  return [...found.values()].sort((a, b) => a.priority - b.priority);
}
