/** The request log: what was called is found, followed live, and explained. */
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { call, calls, expect, expectAccessible, MODEL, narrow, signIn, test } from "./harness/index.ts";

const rows = (page: Page) => page.locator("tbody tr[data-index]");
const sheet = (page: Page) => page.getByRole("dialog");

test("an empty log waits for the first call and shows it with its cost", async ({ page, start }) => {
  const mine = await start();
  await signIn(page.context(), mine);
  await page.goto(`${mine.console}/logs`);
  await expect(page.getByText("No calls in this time")).toBeVisible();
  await expect(page.getByRole("link", { name: "How to make a call" })).toBeVisible();
  await expectAccessible(page);
  await call(mine);
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page).first()).toContainText(MODEL);
  await expect(rows(page).first()).toContainText("OK");
  await expect(rows(page).first()).toContainText("$0.0");
});

test("filters are set from the menu, from a cell, and taken away as chips", async ({ page, server }) => {
  await call(server, { session: "filtered" });
  await call(server, { model: "no-such-model", session: "filtered" });
  await page.goto("/logs?session_id=filtered");
  await expect(rows(page)).toHaveCount(2);

  await page.getByRole("button", { name: "Add filter" }).click();
  await page.getByRole("button", { name: "Outcome", exact: true }).click();
  await page.getByRole("button", { name: "OK", exact: true }).click();
  await expect(rows(page)).toHaveCount(1);
  await expect(page).toHaveURL(/outcome=ok/);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Remove the filter Outcome" }).click();
  await expect(rows(page)).toHaveCount(2);

  await page.getByRole("cell", { name: "no-such-model" }).hover();
  await page.getByRole("button", { name: "Only Model no-such-model" }).click();
  await expect(rows(page)).toHaveCount(1);
  await expect(page).toHaveURL(/model=no-such-model/);
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(page).not.toHaveURL(/model=|session_id=/);

  await page.getByRole("searchbox").fill("no-such-model");
  await expect(page).toHaveURL(/q=no-such-model/);
  await expect(rows(page).first()).toContainText("no-such-model");
});

test("who may not see keys reads their names all the same", async ({ page, start }) => {
  const mine = await start();
  await call(mine);
  const who = { email: "auditor@example.org", password: "Correct-Horse-8" };
  await mine.api.post("/api/admin/users", { ...who, display_name: "Auditor", roles: ["auditor"] });
  await signIn(page.context(), mine, who);
  await page.goto(`${mine.console}/logs`);
  await expect(rows(page)).toHaveCount(1);
  await rows(page).first().click();
  await expect(sheet(page)).toContainText("first key");
});

test("a value that the server refuses is said at its filter", async ({ page, server, watch }) => {
  await call(server);
  watch.allowStatus(400, "/api/gateway/logs");
  await page.goto("/logs");
  await expect(rows(page).first()).toBeVisible();
  await page.getByRole("button", { name: "Add filter" }).click();
  await page.getByRole("button", { name: "Status", exact: true }).click();
  await page.getByLabel("Status", { exact: true }).fill("often");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "429" }).first()).toBeVisible();
  const chip = page.getByRole("button", { name: "Status often" });
  await expect(chip).toHaveAttribute("aria-invalid", "true");
  await chip.click();
  await page.getByLabel("Status", { exact: true }).fill("2xx");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(rows(page).first()).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("an own range of time, and an order", async ({ page, server }) => {
  await calls(server, 2);
  await page.goto("/logs");
  await expect(rows(page).first()).toBeVisible();
  await page.getByRole("button", { name: "Time", exact: true }).click();
  await expect(page).toHaveURL(/sort=timestamp/);
  await expect(page.getByRole("columnheader", { name: "Time" })).toHaveAttribute("aria-sort", "ascending");

  await page.getByRole("button", { name: /^Time range/ }).click();
  await page.getByLabel("From").fill("2020-01-02T10:00:00");
  await page.getByLabel("To", { exact: true }).fill("2020-01-01T10:00:00");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByText("The end must be later than the start")).toBeVisible();
  await page.getByLabel("To", { exact: true }).fill("2020-01-03T10:00:00");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByText("Nothing matches")).toBeVisible();
  await expect(page.getByRole("button", { name: "Live" })).toHaveAttribute("aria-disabled", "true");
});

test("live calls come on top, wait while one reads further down, and while paused", async ({ page, server }) => {
  await calls(server, 30, { stream: false });
  await page.goto("/logs");
  await expect(rows(page).first()).toBeVisible();
  await page.getByRole("button", { name: "Live" }).click();
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();

  const first = await call(server, { session: "on top" });
  await expect(rows(page).first()).toHaveAttribute("data-id", first.id);

  const scroller = page.locator("tbody").locator("xpath=ancestor::div[1]");
  await scroller.evaluate((box) => box.scrollTo({ top: 400 }));
  await calls(server, 2, { stream: false });
  const pill = page.getByRole("button", { name: "2 new calls" });
  await expect(pill).toBeVisible();
  expect(await scroller.evaluate((box) => box.scrollTop)).toBe(400);
  await pill.click();
  await expect.poll(() => scroller.evaluate((box) => box.scrollTop)).toBe(0);
  await expect(rows(page).nth(2)).toHaveAttribute("data-id", first.id);

  await page.getByRole("button", { name: "Pause" }).click();
  const held = await call(server);
  await expect(page.getByRole("button", { name: "1 new call" })).toBeVisible();
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(rows(page).first()).toHaveAttribute("data-id", held.id);
});

test("the details say what happened, and lead on", async ({ page, server }) => {
  const good = await call(server, { session: "details", prompt: "[[sim: tokens=40 cached=100 reasoning=7]]" });
  await call(server, { session: "details", prompt: "[[sim: status=400]]" });
  await page.goto(`/logs?session_id=details&open=${good.id}`);
  await expect(sheet(page)).toContainText("streamed a complete answer");
  for (const said of ["Read from cache", "of which reasoning", "Price version", "Where the time went", good.id]) {
    await expect(sheet(page)).toContainText(said);
  }
  await expectAccessible(page);
  await page.keyboard.press("k");
  await expect(sheet(page)).toContainText("did not take the request, and the client got 400");
  await page.keyboard.press("j");
  await expect(page).toHaveURL(new RegExp(`open=${good.id}`));

  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy as JSON" }).click();
  const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  expect(copied.request_id).toBe(good.id);

  await page.getByRole("button", { name: `Only Model ${MODEL}` }).click();
  await expect(sheet(page)).toHaveCount(0);
  await expect(page).toHaveURL(/model=/);
});

test("a call that is not there, and tokens that were estimated", async ({ page, server, watch }) => {
  watch.allowStatus(404, "/api/gateway/logs/");
  await page.goto("/logs?open=req_00000000000000000000000000000000");
  await expect(sheet(page)).toContainText("No such call");
  // Asked for before it can be there: the page asks again.
  const guessed = await call(server, { session: "guessed", prompt: "[[sim: no-usage tokens=20]]", hasty: true });
  await page.goto(`/logs?session_id=guessed&open=${guessed.id}`);
  await expect(sheet(page)).toContainText("The provider did not say how many tokens it used");
});

test("a call without a price is marked and explained", async ({ page, server }) => {
  // Prices belong to a provider: at another one the same model has none.
  await server.api.post("/api/admin/providers", server.provider("without-prices", "openai"));
  await server.api.post("/api/admin/models", {
    model_id: "unpriced-model",
    routes: [{ provider: "without-prices", upstream_model: "gpt-sim" }],
  });
  const free = await call(server, { model: "unpriced-model" });
  await page.goto(`/logs?model=unpriced-model`);
  await expect(rows(page).first()).toContainText("No price");
  await rows(page).first().click();
  await expect(sheet(page)).toContainText("There was no price for gpt-sim");
  await expect(sheet(page)).toContainText(free.id);
});

test("the loaded rows as CSV, without formulas", async ({ page, server }) => {
  await call(server, { session: "=1+1" });
  await page.goto(`/logs?session_id=${encodeURIComponent("=1+1")}`);
  await expect(rows(page)).toHaveCount(1);
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Export the loaded rows as CSV" }).click(),
  ]);
  const text = readFileSync(await file.path(), "utf8");
  expect(text).toContain("request_id");
  expect(text).toContain(",'=1+1,");
});

test("on a phone: nothing beyond the edge, and the details fill the screen", async ({ page, server }) => {
  await call(server);
  await page.goto("/logs");
  await narrow(page);
  await rows(page).first().click();
  await expect(sheet(page)).toBeVisible();
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
});
