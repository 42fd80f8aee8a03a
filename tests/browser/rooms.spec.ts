/** What holds in every room, whatever is in it: no faults, nothing inaccessible, nothing wider than the screen. */
import { call, expect, expectAccessible, narrow, test } from "./harness/index.ts";

const ROOMS = ["/", "/logs", "/providers", "/models", "/keys", "/users", "/gateway/guide", "/api-docs", "/profile"];

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
    const overhang = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overhang, "pixels beyond the right edge").toBeLessThanOrEqual(0);
  });
}
