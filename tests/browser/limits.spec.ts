/** Limits and budgets: set, seen in use, overridden, reset and deleted; and what calls feel of them. */
import type { Page } from "@playwright/test";
import { call, expect, expectAccessible, narrow, type Server, signIn, test } from "./harness/index.ts";

const row = (page: Page, text: string | RegExp) => page.getByRole("row").filter({ hasText: text });
const dialog = (page: Page, name: string) => page.getByRole("dialog", { name });

/** Chooses one of the options of a field. */
async function choose(page: Page, field: string, option: string): Promise<void> {
  await page.getByRole("dialog").getByRole("combobox", { name: field }).click();
  await page.getByRole("option", { name: option, exact: true }).click();
}

async function act(page: Page, name: RegExp, what: string): Promise<void> {
  await page.getByRole("button", { name }).click();
  await page.getByRole("menuitem", { name: what, exact: true }).click();
}

/** A key of the administrator's, with an id that limits can be set for. */
async function key(server: Server, name: string): Promise<{ id: string; key: string }> {
  return server.api.post<{ id: string; key: string }>("/api/keys", { name });
}

test("a limit is set for a key, and calls above it are refused by its name", async ({ page, server }) => {
  const mine = await key(server, "metered");
  await page.goto("/limits");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Add limit" }).first().click();
  const sheet = dialog(page, "Add limit");
  await choose(page, "Whom it counts", "API key");
  // Without a key and a max it is not sent.
  await sheet.getByRole("button", { name: "Add limit" }).click();
  await expect(sheet.getByText("Choose one of those that are suggested")).toBeVisible();
  await expect(sheet.getByText("Must be a whole number above 0")).toBeVisible();
  await expectAccessible(page);
  await sheet.getByRole("combobox", { name: "Which" }).fill("metered");
  await page.getByRole("option", { name: /^metered/ }).click();
  await choose(page, "In what time", "per hour");
  await sheet.getByLabel("Max", { exact: true }).fill("2");
  await sheet.getByRole("button", { name: "Add limit" }).click();
  await expect(sheet).toBeHidden();
  const shown = row(page, "metered");
  await expect(shown).toContainText("2 calls per hour");
  await expect(shown.getByRole("progressbar", { name: "0 of 2" })).toBeVisible();

  for (const expected of [200, 200, 429]) {
    expect((await call(server, { key: mine.key, hasty: true })).status).toBe(expected);
  }
  // What is used changes without a reload.
  await expect(shown.getByRole("progressbar", { name: "2 of 2" })).toBeVisible({ timeout: 20_000 });
  await expect(shown).toContainText("100%");
  await page.getByRole("button", { name: "80 % or more" }).click();
  await expect(shown).toBeVisible();

  await act(page, /Actions for metered/, "Override");
  const over = dialog(page, "Override for a while");
  await over.getByLabel("Max", { exact: true }).fill("50");
  await over.getByRole("button", { name: "Override" }).click();
  await expect(over.getByText("Required")).toBeVisible();
  await over.getByLabel("Reason").fill("launch day");
  await over.getByRole("button", { name: "Override" }).click();
  await expect(over).toBeHidden();
  await page.getByRole("button", { name: "80 % or more" }).click();
  await expect(shown).toContainText("50 calls per hour");
  expect((await call(server, { key: mine.key, hasty: true })).status, "while the override holds").toBe(200);
  await shown.getByText("metered").click();
  await expect(page.getByText(/50 until .*launch day/)).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press("Escape");

  await act(page, /Actions for metered/, "End override");
  await dialog(page, "End the override?").getByRole("button", { name: "End override" }).click();
  await expect(shown).toContainText("2 calls per hour");
  await act(page, /Actions for metered/, "Reset");
  const reset = dialog(page, "Reset this limit?");
  await reset.getByRole("textbox").fill("key:requests/1h");
  await reset.getByRole("button", { name: "Reset" }).click();
  await expect(shown.getByRole("progressbar", { name: "0 of 2" })).toBeVisible();
  await act(page, /Actions for metered/, "Delete");
  const gone = dialog(page, "Delete this limit?");
  await gone.getByRole("textbox").fill("key:requests/1h");
  await gone.getByRole("button", { name: "Delete" }).click();
  await expect(shown).toHaveCount(0);
});

test("a budget shows what is spent, by period, and gives alerts", async ({ page, server }) => {
  const mine = await key(server, "spender");
  const path = `/api/admin/limits/key/${mine.id}/budgets`;
  const made = await server.api.post<{ id: string }>(path, {
    period: "daily",
    unit: "tokens",
    max: 1_000_000,
    hard: true,
  });
  expect((await call(server, { key: mine.key })).status).toBe(200);
  await page.goto("/limits");
  const shown = row(page, "spender");
  await expect(shown).toContainText("1,000,000 tokens per day");
  await shown.getByText("spender").click();
  const sheet = dialog(page, "Limit");
  const history = sheet.getByRole("region", { name: "Spent" });
  await expect(history.getByRole("row")).toHaveCount(2, { timeout: 20_000 });
  await expectAccessible(page);
  await sheet.getByLabel("Max", { exact: true }).fill("nothing");
  await sheet.getByRole("button", { name: "Save changes" }).click();
  await expect(sheet.getByText("Must be a whole number above 0")).toBeVisible();
  // What is spent already is above it.
  await sheet.getByLabel("Max", { exact: true }).fill("5");
  await sheet.getByRole("button", { name: "Save changes" }).click();
  await expect(sheet).toBeHidden();
  await expect(shown).toContainText("5 tokens per day");
  expect((await call(server, { key: mine.key, hasty: true })).status, "the budget is used up").toBe(429);

  // Alerts come with the next call that is in the ledger.
  await server.api.patch(`${path}/${made.id}`, { max: 1_000_000 });
  await server.api.post(`/api/admin/limits/key/${mine.id}/rules`, { metric: "concurrency", max: 100 });
  const spent = (await server.api.get<{ usage: { used: number } }>(`${path}/${made.id}`)).usage.used;
  await server.api.patch(`${path}/${made.id}`, { max: Math.ceil(spent * 1.9), hard: false });
  expect((await call(server, { key: mine.key })).status).toBe(200);
  await page.getByRole("tab", { name: "Alerts" }).click();
  await expect(async () => {
    await page.reload();
    await expect(row(page, "spender").first()).toContainText("%", { timeout: 2_000 });
  }).toPass({ timeout: 30_000 });
  await expectAccessible(page);
  await narrow(page);
  await expectAccessible(page);
});

test("who may only look cannot set, and sees why", async ({ page, server, browser }) => {
  await server.api.post("/api/admin/limits/organisation/default/rules", {
    metric: "requests",
    window: "1m",
    max: 1000,
  });
  const who = { email: "ops@example.org", password: "Correct-Horse-8" };
  await server.api.post("/api/admin/users", { ...who, display_name: "Ops", roles: ["operator"] });
  const context = await browser.newContext();
  await signIn(context, server, who);
  const theirs = await context.newPage();
  await theirs.goto(`${server.console}/limits`);
  await expect(row(theirs, "1,000 calls per minute")).toBeVisible();
  await theirs.getByRole("button", { name: /Actions for Organisation: 1,000/ }).click();
  await expect(theirs.getByRole("menuitem", { name: "Delete" })).toHaveAttribute("aria-disabled", "true");
  await context.close();
  await page.goto("/limits");
  await expect(row(page, "1,000 calls per minute")).toBeVisible();
});
