import { useSyncExternalStore } from "react";
import { onTheme } from "@/shell/theme";

export type Swatch =
  | "chart-1"
  | "chart-2"
  | "chart-3"
  | "chart-4"
  | "chart-5"
  | "chart-6"
  | "good-text"
  | "warn-text"
  | "bad-text";

export const SWATCHES = ["chart-1", "chart-2", "chart-3", "chart-4", "chart-5", "chart-6"] as const;

/** A canvas knows no variables: the browser is asked what a token is in the theme of the moment. */
export function colour(
  token: Swatch | "muted" | "line" | "surface",
  alpha = 1,
  over: "transparent" | "surface" = "transparent",
): string {
  const under = over === "surface" ? "var(--surface)" : "transparent";
  const probe = document.createElement("span");
  probe.style.color =
    alpha === 1 ? `var(--${token})` : `color-mix(in oklab, var(--${token}) ${alpha * 100}%, ${under})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

let version = 0;

/** Changes when the theme does: a reason to draw again. */
export function useThemeVersion(): number {
  return useSyncExternalStore(
    (listener) =>
      onTheme(() => {
        version++;
        listener();
      }),
    () => version,
  );
}
