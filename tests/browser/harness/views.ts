/** How a page is looked at. */
import type { Page } from "@playwright/test";

export const WIDE = { width: 1440, height: 900 };
export const NARROW = { width: 390, height: 844 };
export const THEMES = ["light", "dark"] as const;

export async function narrow(page: Page): Promise<void> {
  await page.setViewportSize(NARROW);
}

export async function wide(page: Page): Promise<void> {
  await page.setViewportSize(WIDE);
}

/** Does something in the light theme, then in the dark one. The page follows the system unless somebody chose. */
export async function inBothThemes(page: Page, act: (theme: (typeof THEMES)[number]) => Promise<void>): Promise<void> {
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme });
    await act(theme);
  }
  await page.emulateMedia({ colorScheme: "light" });
}
