import { type KeyboardEvent, useCallback, useState } from "react";

/** Arrows, Home and End go from row to row. `reveal` brings a row that is not drawn onto the screen first. */
export function useRowKeys(count: number, reveal?: (index: number) => void) {
  const [reachable, setReachable] = useState(0);

  const onKeyDown = useCallback(
    (event: KeyboardEvent<HTMLElement>) => {
      const row = event.target;
      if (!(row instanceof HTMLTableRowElement) || row.dataset.index === undefined) return;
      const next = target(event.key, Number(row.dataset.index), count);
      if (next === undefined) return;
      event.preventDefault();
      const body = event.currentTarget;
      setReachable(next);
      const focus = () =>
        body.querySelector<HTMLElement>(`tr[data-index="${next}"]`)?.focus({ preventScroll: !!reveal });
      reveal?.(next);
      if (reveal) requestAnimationFrame(() => requestAnimationFrame(focus));
      else focus();
    },
    [count, reveal],
  );

  return { reachable: Math.min(reachable, Math.max(count - 1, 0)), onKeyDown };
}

function target(key: string, from: number, count: number): number | undefined {
  const to = { ArrowDown: from + 1, ArrowUp: from - 1, Home: 0, End: count - 1 }[key];
  return to === undefined ? undefined : Math.min(Math.max(to, 0), count - 1);
}
