/** What holds in every room, whatever is in it: no faults, nothing inaccessible, nothing wider than the screen. */
import type { Page } from "@playwright/test";
import { call, expect, expectAccessible, narrow, test } from "./harness/index.ts";

const ROOMS = [
  "/",
  "/logs",
  "/providers",
  "/models",
  "/keys",
  "/users",
  "/limits",
  "/settings",
  "/gateway/guide",
  "/api-docs",
  "/profile",
];

test.beforeAll(async ({ server }) => {
  await call(server);
});

for (const room of ROOMS) {
  test(`${room} stands up`, async ({ page }) => {
    await page.goto(room);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expectAccessible(page);
    await narrow(page);
    await expectAccessible(page);
    expect(await overhang(page), "pixels beyond the right edge").toBeLessThanOrEqual(0);
    await page.evaluate(() => localStorage.setItem("tw.language", "zh"));
    await page.reload();
    // A heading of Chinese characters: in the other language, and not wider either.
    await expect(page.getByRole("heading", { level: 1, name: /\p{Script=Han}/u })).toBeVisible();
    expect(await overhang(page), "pixels beyond the right edge, in Chinese").toBeLessThanOrEqual(0);
  });
}

function overhang(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}
