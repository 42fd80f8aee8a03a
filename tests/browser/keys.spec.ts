/** API keys: made and shown once, found, edited, rotated, disabled, revoked. */
import type { Page } from "@playwright/test";
import { call, calls, expect, expectAccessible, MODEL, narrow, seedKeys, signIn, test } from "./harness/index.ts";

/** Through the menu of its row. */
async function act(page: Page, key: string, what: string): Promise<void> {
  await page.getByRole("button", { name: `Actions for ${key}`, exact: true }).click();
  await page.getByRole("menuitem", { name: what, exact: true }).click();
}

const row = (page: Page, key: string) => page.getByRole("row").filter({ hasText: key });
const dialog = (page: Page, name: string) => page.getByRole("dialog", { name });

test("a key is made, shown once, and works with the models it was given", async ({ page, server, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto("/keys");
  await page.getByRole("button", { name: "New key" }).click();
  const sheet = dialog(page, "New key");
  await sheet.getByLabel("Name", { exact: true }).fill("ci pipeline");
  await sheet.getByText("Only certain models").click();
  const models = sheet.getByRole("combobox", { name: "Models" });
  await models.fill(MODEL);
  await models.press("Enter");
  await models.fill("gpt-*,");
  await models.press("Enter");
  await expect(sheet.getByRole("button", { name: `Remove ${MODEL}` })).toBeVisible();
  await expectAccessible(page);
  await sheet.getByRole("button", { name: "Create key" }).click();

  const shown = dialog(page, "ci pipeline is ready");
  const secret = (await shown.getByTestId("secret").textContent()) ?? "";
  expect(secret).toMatch(/^tw-\w{48,}$/);
  await expectAccessible(page);

  // It cannot be closed by accident.
  await page.keyboard.press("Escape");
  await page.mouse.click(5, 5);
  const done = shown.getByRole("button", { name: "Done" });
  await expect(done).toHaveAttribute("aria-disabled", "true");
  await done.click({ force: true });
  await expect(shown).toBeVisible();
  await shown.getByRole("button", { name: "Copy the key" }).click();
  await expect(shown.getByText("Copied")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
  await done.click();
  await expect(shown).toBeHidden();

  expect((await call(server, { key: secret })).status).toBe(200);
  expect((await call(server, { key: secret, model: "claude-haiku-4-5" })).status).toBe(403);
  await page.reload();
  await expect(row(page, "ci pipeline")).toBeVisible();
  expect(await page.content()).not.toContain(secret);
});

test("a key is made strict, and refuses what a translation would lose", async ({ page, server }) => {
  await server.api.post("/api/admin/models", {
    model_id: "translated",
    routes: [{ provider: "anthropic", upstream_model: "claude-sim" }],
  });
  await page.goto("/keys?open=new");
  await page.getByLabel("Name", { exact: true }).fill("strict one");
  await page.getByText("Strict conversion").click();
  await page.getByRole("button", { name: "Create key" }).click();
  const shown = dialog(page, "strict one is ready");
  const secret = (await shown.getByTestId("secret").textContent()) ?? "";
  await shown.getByLabel("I have stored it in a safe place").click();
  await shown.getByRole("button", { name: "Done" }).click();
  const biased = async () => {
    const answer = await fetch(`${server.gateway}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: JSON.stringify({
        model: "translated",
        messages: [{ role: "user", content: "hi" }],
        logit_bias: { "1": 5 },
      }),
    });
    await answer.arrayBuffer();
    return answer.status;
  };
  expect(await biased()).toBe(400);

  await row(page, "strict one").click();
  const sheet = dialog(page, "strict one");
  await expect(sheet.getByText("Yes: refused if anything were left out")).toBeVisible();
  await sheet.getByRole("button", { name: "Edit" }).click();
  const strict = page.getByRole("switch", { name: "Strict conversion" });
  await expect(strict).toBeChecked();
  await strict.click();
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(sheet.getByText("No: what is left out is named")).toBeVisible();
  await expectAccessible(page);
  await expect.poll(biased).toBe(200);
});

test("a new key goes to the guide in one press", async ({ page }) => {
  await page.goto("/keys?open=new");
  await page.getByLabel("Name", { exact: true }).fill("for the guide");
  await page.getByRole("button", { name: "Create key" }).click();
  const secret = (await page.getByTestId("secret").textContent()) ?? "";
  await page.getByRole("button", { name: "Use it now" }).click();
  await expect(page.getByRole("heading", { name: "Configuration guide" })).toBeVisible();
  await expect(page.getByLabel("API key", { exact: true })).toHaveValue(secret);
  expect(page.url()).not.toContain(secret);
});

test("what is wrong is said at its field", async ({ page, watch }) => {
  await page.goto("/keys?open=new");
  await page.getByRole("button", { name: "Create key" }).click();
  await expect(page.getByText("Required")).toBeVisible();
  await page.getByLabel("Name", { exact: true }).fill("with a bad tag");
  await page.getByRole("button", { name: "Add a tag" }).click();
  await page.getByLabel("Name of the tag").fill("Not Lower Case");
  watch.allowStatus(400, "/api/keys");
  await page.getByRole("button", { name: "Create key" }).click();
  // The server's own words.
  await expect(page.getByRole("alert").filter({ hasText: "pairs" })).toBeVisible();
  await expect(page.getByLabel("Name of the tag")).toHaveValue("Not Lower Case");
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Discard changes" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("a rotated key works in its grace, a revoked one no more", async ({ page, server }) => {
  const old = await server.api.post<{ key: string }>("/api/keys", { name: "to rotate" });
  await calls(server, 3, { key: old.key });
  await page.goto("/keys");
  await act(page, "to rotate", "Rotate");
  const asked = dialog(page, "Rotate to rotate");
  await expect(asked.getByText("Calls in 24 hours")).toBeVisible();
  await asked.getByRole("button", { name: "Rotate" }).click();
  const shown = dialog(page, "to rotate has a new secret");
  await expect(shown.getByText(/another 23 h 59 m|another 1 d/)).toBeVisible();
  const secret = (await shown.getByTestId("secret").textContent()) ?? "";
  await shown.getByLabel("I have stored it in a safe place").click();
  await shown.getByRole("button", { name: "Done" }).click();
  // Both secrets are in the list, and the old one counts down.
  await expect(row(page, "to rotate")).toHaveCount(2);
  const inGrace = row(page, "to rotate").filter({ hasText: "In grace" });
  await expect(inGrace).toContainText("In grace · 23 h 59 m");
  expect((await call(server, { key: old.key })).status).toBe(200);
  expect((await call(server, { key: secret })).status).toBe(200);

  // By state, and among what ends soon.
  await page.getByRole("combobox", { name: "State" }).click();
  await page.getByRole("option", { name: "In grace" }).click();
  await expect(page).toHaveURL(/show=grace/);
  await expect(row(page, "to rotate")).toHaveCount(1);
  await expect(inGrace).toBeVisible();
  await page.goto("/keys?show=expiring");
  await expect(inGrace).toContainText("in 23 hr.");
  await page.goto("/keys");
  await act(page, "to rotate", "Revoke");
  const confirm = dialog(page, "Revoke to rotate?");
  await expect(confirm.locator("dl")).toContainText("4");
  const verb = confirm.getByRole("button", { name: "Revoke" });
  await expect(verb).toBeDisabled();
  await expectAccessible(page);
  await confirm.getByLabel("Reason").fill("left on a train");
  await confirm.getByLabel("To confirm, type").fill("to rotate");
  await verb.click();
  await expect(page.getByText("to rotate is revoked").first()).toBeVisible();
  await expect(row(page, "to rotate")).toHaveCount(0);
  await expect.poll(async () => (await call(server, { key: secret })).status).toBe(401);
  await expect.poll(async () => (await call(server, { key: old.key })).status).toBe(401);
});

test("a key is disabled and enabled again", async ({ page, server }) => {
  const { key } = await server.api.post<{ key: string }>("/api/keys", { name: "on and off" });
  await page.goto("/keys");
  await act(page, "on and off", "Disable");
  await dialog(page, "Disable on and off?").getByRole("button", { name: "Disable" }).click();
  await expect(row(page, "on and off")).toContainText("Disabled");
  await expect.poll(async () => (await call(server, { key })).status).toBe(401);
  await act(page, "on and off", "Enable");
  await expect(row(page, "on and off")).toContainText("Active");
  await expect.poll(async () => (await call(server, { key })).status).toBe(200);
});

test("an edit of something changed meanwhile is stopped", async ({ page, server, watch }) => {
  const { id } = await server.api.post<{ id: string }>("/api/keys", { name: "edited twice" });
  await page.goto(`/keys?open=${id}`);
  await dialog(page, "edited twice").getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("Cost centre").fill("R&D");
  await server.api.patch(`/api/keys/${id}`, { cost_center: "Sales" });
  watch.allowStatus(412, `/api/keys/${id}`);
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Somebody else changed this meanwhile")).toBeVisible();
  await expect(page.getByLabel("Cost centre")).toHaveValue("R&D");
  await page.getByRole("button", { name: "Load it" }).click();
  await expect(page.getByLabel("Cost centre")).toHaveValue("Sales");
  await page.getByLabel("Cost centre").fill("R&D");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(dialog(page, "edited twice").getByText("R&D")).toBeVisible();
  await expectAccessible(page);
});

test("what ends soon is found", async ({ page, server }) => {
  const days = (n: number) => new Date(Date.now() + n * 86_400_000).toISOString();
  await server.api.post("/api/keys", { name: "ends soon", expires_at: days(3) });
  await server.api.post("/api/keys", { name: "ends late", expires_at: days(300) });
  await page.goto("/keys");
  await page.getByRole("button", { name: "1 ends soon" }).click();
  await expect(row(page, "ends soon")).toContainText("in 2 days");
  await expect(row(page, "ends late")).toHaveCount(0);
  await expect(page).toHaveURL(/show=expiring/);
});

test("many keys: searched, sorted and paged by the server", async ({ page, server }) => {
  test.slow();
  await seedKeys(server, 110);
  await page.goto("/keys?sort=name");
  await expect(page.getByRole("row")).toHaveCount(51);
  await page.getByRole("button", { name: "Next page" }).click();
  await expect(page.getByText("51–100")).toBeVisible();
  await page.getByRole("searchbox").fill("key-107");
  await expect(page.getByRole("row")).toHaveCount(2);
  await expect(page).toHaveURL(/q=key-107/);
  await page.getByRole("searchbox").fill("nothing like that");
  await expect(page.getByRole("heading", { name: "Nothing matches" })).toBeVisible();
  await page.goto("/keys?q=key-");
  await expectAccessible(page);
  await narrow(page);
  await expectAccessible(page);
});

test.describe("a developer", () => {
  const who = { email: "dev.keys@example.org", password: "Password-1" };

  test("sees own keys only, and has no owner to choose", async ({ page, server, context }) => {
    await server.api.post("/api/keys", { name: "of the administrator" });
    await server.api.post("/api/admin/users", { ...who, display_name: "Dev", roles: ["developer"] });
    await context.clearCookies();
    await signIn(context, server, who);
    await page.goto("/keys");
    await expect(page.getByRole("heading", { name: "No keys yet" })).toBeVisible();
    await page.getByRole("button", { name: "New key" }).first().click();
    await expect(page.getByLabel("Owner")).toHaveCount(0);
    await page.getByLabel("Name", { exact: true }).fill("my own");
    await page.getByRole("button", { name: "Create key" }).click();
    await page.getByLabel("I have stored it in a safe place").click();
    await page.getByRole("button", { name: "Done" }).click();
    await expect(row(page, "my own")).toBeVisible();
  });
});
