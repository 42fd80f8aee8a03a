/** That the harness notices what no spec looks for. */
import type { Page } from "@playwright/test";
import { findings } from "./harness/accessible.ts";
import { expect, signIn, test } from "./harness/index.ts";
import { Watch } from "./harness/watch.ts";

const CASES: [what: string, noticed: RegExp, act: (page: Page) => Promise<unknown>][] = [
  ["a blocked style", /Content Security Policy/, (page) => page.evaluate(blockedStyle)],
  ["an error in the console", /something is wrong/, (page) => page.evaluate(consoleError)],
  ["an uncaught exception", /uncaught: Error: nobody/, (page) => page.evaluate(uncaught)],
  [
    "an unannounced refusal",
    /status of 404.*no-such-thing/,
    (page) => page.evaluate(() => fetch("/api/no-such-thing")),
  ],
];

for (const [what, noticed, act] of CASES) {
  test(`${what} is noticed`, async ({ browser, server }) => {
    const watch = new Watch();
    const context = await browser.newContext();
    await watch.over(context);
    await signIn(context, server);
    const page = await context.newPage();
    await page.goto(`${server.console}/profile`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    expect(watch.faults()).toEqual([]);
    await act(page);
    await expect.poll(() => watch.faults()).toContainEqual(expect.stringMatching(noticed));
    watch.allow(noticed, /style-src/);
    expect(watch.faults()).toEqual([]);
    await context.close();
  });
}

test("a button without a name is found", async ({ page }) => {
  await page.goto("/profile");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  expect(await findings(page)).toEqual([]);
  await page.evaluate(() => document.querySelector("h1")?.after(document.createElement("button")));
  expect(await findings(page)).toEqual([expect.stringContaining("button-name")]);
});

function blockedStyle(): void {
  const style = document.createElement("style");
  style.textContent = "p { color: red }";
  document.head.append(style);
}

function consoleError(): void {
  // biome-ignore lint/suspicious/noConsole: this is what must be noticed
  console.error("something is wrong");
}

function uncaught(): Promise<void> {
  setTimeout(() => {
    throw new Error("nobody catches this");
  });
  return new Promise((done) => setTimeout(done, 50));
}
