/** Settings: shown by kind, changed, taken back; what cannot be changed says why. */
import type { Page } from "@playwright/test";
import { expect, expectAccessible, type Server, signIn, test } from "./harness/index.ts";

const IDLE = "gateway.timeout.idle_ms";

interface Row {
  key: string;
  value: unknown;
  source: string;
}

async function stored(server: Server, key: string): Promise<Row | undefined> {
  const { items } = await server.api.get<{ items: Row[] }>("/api/admin/settings");
  return items.find((one) => one.key === key);
}

const open = async (page: Page, tab: string) => {
  await page.goto("/settings");
  await page.getByRole("tab", { name: tab }).click();
};

test("a setting is changed, acts, and is taken back", async ({ page, server }) => {
  await open(page, "Gateway");
  const save = page.getByRole("button", { name: "Save changes" });
  await expect(page.getByLabel(IDLE, { exact: true })).toHaveValue("30000");
  await page.getByLabel(IDLE, { exact: true }).fill("7");
  await page.getByLabel(IDLE, { exact: true }).blur();
  await expect(page.getByRole("alert")).toHaveText("A whole number from 100 to 3600000.");
  await page.getByLabel(IDLE, { exact: true }).fill("45000");
  await save.click();
  await expect(page.getByText("Settings saved").first()).toBeVisible();
  expect(await stored(server, IDLE)).toMatchObject({ value: 45000, source: "store" });
  await expect(page.getByText("Changed here")).toBeVisible();
  await expectAccessible(page);

  await page.getByRole("button", { name: `Take back ${IDLE}` }).click();
  await expect(page.getByLabel(IDLE, { exact: true })).toHaveValue("30000");
  expect(await stored(server, IDLE)).toMatchObject({ value: 30000, source: "default" });
});

test("what is read at start says that it waits", async ({ page, server }) => {
  await open(page, "Performance");
  await page.getByRole("switch", { name: "spool.strict" }).click();
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Waits for a restart")).toBeVisible();
  expect(await stored(server, "spool.strict")).toMatchObject({ value: true });
  await page.getByRole("button", { name: "Take back spool.strict" }).click();
  await expect(page.getByText("Waits for a restart")).toBeHidden();
});

test("a change over somebody else's is stopped", async ({ page, server, watch }) => {
  await open(page, "Auth");
  await expect(page.getByLabel("auth.lockout_secs", { exact: true })).toHaveValue("300");
  await server.api.patch("/api/admin/settings", { "auth.lockout_secs": 120 });
  watch.allowStatus(412, "/api/admin/settings");
  await page.getByLabel("auth.login_max_failures", { exact: true }).fill("20");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Somebody else changed this meanwhile")).toBeVisible();
  await page.getByRole("button", { name: "Load it" }).click();
  await expect(page.getByLabel("auth.lockout_secs", { exact: true })).toHaveValue("120");
  expect(await stored(server, "auth.login_max_failures")).toMatchObject({ value: 10 });
  await server.api.patch("/api/admin/settings", { "auth.lockout_secs": null });
});

test("an administrator sees them, and who may change them", async ({ browser, server }) => {
  const who = { email: "settings-admin@example.org", password: "Correct-Horse-8" };
  await server.api.post("/api/admin/users", { ...who, display_name: "Sam", roles: ["admin"] });
  const context = await browser.newContext();
  await signIn(context, server, who);
  const page = await context.newPage();
  await page.goto(`${server.console}/settings`);
  await page.getByRole("tab", { name: "Gateway" }).click();
  await expect(page.getByLabel(IDLE, { exact: true })).toBeDisabled();
  await expect(page.getByText("Only a super admin can change settings.")).toBeVisible();
  await context.close();
});

test("the response cache forgets all answers, after a question", async ({ page }) => {
  await open(page, "Gateway");
  await page.getByRole("button", { name: "Forget all answers" }).click();
  const dialog = page.getByRole("dialog", { name: "Forget all answers of the response cache?" });
  await expect(dialog.getByText("On every replica.")).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Forget all answers" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("0 answers forgotten").first()).toBeVisible();
});
