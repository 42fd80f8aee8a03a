import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";

const STORED = "tw.theme";
const listeners = new Set<() => void>();

/** The choice is where the style sheet reads it: on <html>. theme.js puts it there before the first paint. */
function theme(): Theme {
  const chosen = document.documentElement.dataset.theme;
  return chosen === "light" || chosen === "dark" ? chosen : "system";
}

export function setTheme(next: Theme): void {
  if (next === "system") {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem(STORED);
  } else {
    document.documentElement.dataset.theme = next;
    localStorage.setItem(STORED, next);
  }
  for (const listener of listeners) listener();
}

export function useTheme(): Theme {
  return useSyncExternalStore(onTheme, theme);
}

/** Also told when the system changes: charts are drawn in colours that the style sheet cannot change afterwards. */
export function onTheme(listener: () => void): () => void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  listeners.add(listener);
  system.addEventListener("change", listener);
  return () => {
    listeners.delete(listener);
    system.removeEventListener("change", listener);
  };
}
