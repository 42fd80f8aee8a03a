/**
 * What the room on the screen offers to the command palette:
 *
 *   useRoomActions([{ id: "new-user", label: t("create"), icon: Plus, run: () => setPlace({ open: "new" }) }]);
 */
import type { LucideIcon } from "lucide-react";
import { useEffect, useRef, useSyncExternalStore } from "react";

export interface RoomAction {
  id: string;
  label: string;
  icon?: LucideIcon;
  run: () => void;
}

const listeners = new Set<() => void>();
let registered: readonly RoomAction[] = [];

export function useRoomActions(actions: readonly RoomAction[]): void {
  const latest = useRef(actions);
  latest.current = actions;
  // Registered anew only when what is shown changes; `run` is looked up when it is wanted.
  const shown = actions.map(({ id, label }) => `${id}\n${label}`).join("\n");

  // biome-ignore lint/correctness/useExhaustiveDependencies: `shown` stands for the actions
  useEffect(() => {
    const mine = latest.current.map((action) => ({
      ...action,
      run: () => latest.current.find(({ id }) => id === action.id)?.run(),
    }));
    change([...registered, ...mine]);
    return () => change(registered.filter((action) => !mine.includes(action)));
  }, [shown]);
}

export function useRegisteredActions(): readonly RoomAction[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => registered,
  );
}

function change(next: readonly RoomAction[]): void {
  registered = next;
  for (const listener of listeners) listener();
}
