import { useSyncExternalStore } from "react";

export const LANGUAGES = { en: "English", zh: "中文" } as const;
export type Language = keyof typeof LANGUAGES;

const STORED = "tw.language";
const listeners = new Set<() => void>();
// theme.js decided before the first paint; under test there is no document.
let current: Language = typeof document !== "undefined" && document.documentElement.lang === "zh" ? "zh" : "en";

export function language(): Language {
  return current;
}

/** The BCP 47 tag that numbers and times are formatted with: the browser's own region where the language agrees. */
export function locale(of: Language = current): string {
  const own = typeof navigator === "undefined" ? [] : navigator.languages;
  return own.find((tag) => tag.toLowerCase().startsWith(of)) ?? (of === "zh" ? "zh-CN" : "en-US");
}

export function setLanguage(next: Language): void {
  current = next;
  document.documentElement.lang = next;
  localStorage.setItem(STORED, next);
  for (const listener of listeners) listener();
}

export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, language);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
