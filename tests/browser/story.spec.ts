/** The first hour of an operator, in one go: from an empty server to a key that was handed out, watched, replaced and taken back. */
import type { Page } from "@playwright/test";
import { ADMIN, call, expect, expectAccessible, OPENAI_KEY, type Server, test } from "./harness/index.ts";

const MODEL = "story-mini";
const INPUT = 1.37;
const OUTPUT = 7.91;

test.use({ as: null });
test.setTimeout(150_000);

test("setup, provider, model, key, a call with its cost, rotation, grace, revocation", async ({ page, start }) => {
  const server = await start({ setUp: false });

  await test.step("an empty server asks to be set up", async () => {
    await page.goto(server.console);
    await expect(page.getByRole("heading", { name: "Set up ThinkWatch" })).toBeVisible();
    await page.getByLabel("Your name").fill(ADMIN.display_name);
    await page.getByLabel("E-mail").fill(ADMIN.email);
    await page.getByLabel("Password", { exact: true }).fill(ADMIN.password);
    await page.getByRole("button", { name: "Continue" }).click();
  });

  await test.step("its first provider", async () => {
    await page.getByRole("radio", { name: /^OpenAI GPT/ }).click();
    await page.getByLabel("Address").fill(server.simulator);
    await page.getByLabel("Allow private network addresses").click();
    await page.getByLabel("API key of the provider").fill(OPENAI_KEY);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByLabel("Name of the key").fill("first");
    await page.getByRole("button", { name: "Finish setup" }).click();
  });

  await test.step("a first call in the wizard", async () => {
    await expect(page.getByRole("heading", { name: "ThinkWatch is ready" })).toBeVisible();
    await expect(page.getByText("openai answers")).toBeVisible();
    await page.getByRole("button", { name: "Send" }).click();
    await expect(page.getByTestId("answer")).not.toBeEmpty();
    await expect(page.getByTestId("receipt")).toContainText("Cost");
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: "Copy key" }).click();
    await page.getByRole("link", { name: "Open the dashboard" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Dashboard" })).toBeVisible();
  });
  await server.api.signIn(ADMIN);

  await test.step("a model with a price", async () => {
    await enter(page, "Models");
    await page.getByRole("button", { name: "Add model" }).first().click();
    const sheet = page.getByRole("dialog", { name: "Add model" });
    await sheet.getByLabel("Model name").fill(MODEL);
    await sheet.getByLabel("Model there").fill("gpt-sim");
    await sheet.getByRole("button", { name: "Set prices" }).click();
    await sheet.getByLabel("Input", { exact: true }).fill(String(INPUT));
    await sheet.getByLabel("Output", { exact: true }).fill(String(OUTPUT));
    await sheet.getByRole("button", { name: "Add model" }).click();
    await expect(row(page, MODEL)).toContainText("openai");
  });

  const secret = await test.step("a key", async () => {
    await enter(page, "API keys");
    await page.getByRole("button", { name: "New key" }).click();
    await page.getByLabel("Name", { exact: true }).fill("story");
    await page.getByRole("button", { name: "Create key" }).click();
    return keep(page, "story is ready");
  });

  // The log stays open in a tab of its own, and is not touched again: what appears in it appears by itself.
  const log = await page.context().newPage();
  await test.step("a streamed call is seen in the live log with its cost", async () => {
    await log.goto(`${server.console}/logs`);
    const live = log.getByRole("button").filter({ hasText: /^Live$/ });
    await live.click();
    await expect(live).toHaveAttribute("aria-pressed", "true");
    const made = await call(server, {
      key: secret,
      model: MODEL,
      prompt: "[[sim: tokens=40 delay-ms=5]] Tell me a story.",
    });
    expect(made.said.length).toBeGreaterThan(20);
    const seen = row(log, MODEL);
    await expect(seen).toHaveCount(1);
    const cost = await costOf(server, made.id);
    expect(Number(cost)).toBeGreaterThan(0);
    await expect(seen.getByTitle(`$${cost}`)).toBeVisible();
  });

  const renewed = await test.step("the key is rotated, and the old one works in its grace", async () => {
    await page.bringToFront();
    await act(page, "story", "Rotate");
    await page.getByRole("dialog", { name: "Rotate story" }).getByRole("button", { name: "Rotate" }).click();
    const renewed = await keep(page, "story has a new secret");
    expect(renewed).not.toBe(secret);
    await expect(row(page, "story").filter({ hasText: "In grace" })).toContainText("23 h 59 m");
    for (const key of [secret, renewed]) expect((await call(server, { key, model: MODEL })).status).toBe(200);
    await expect(row(log, MODEL)).toHaveCount(3);
    return renewed;
  });

  await test.step("revoked, both are refused", async () => {
    await act(page, "story", "Revoke");
    const confirm = page.getByRole("dialog", { name: "Revoke story?" });
    // What it was used for is said before it is done.
    await expect(confirm.locator("dl")).toContainText("3");
    await confirm.getByLabel("To confirm, type").fill("story");
    await confirm.getByRole("button", { name: "Revoke" }).click();
    await expect(row(page, "story")).toHaveCount(0);
    for (const key of [secret, renewed]) {
      await expect.poll(async () => (await call(server, { key, model: MODEL })).status).toBe(401);
    }
  });

  await test.step("the dashboard has counted it all", async () => {
    await enter(page, "Dashboard");
    await expect(page.getByText(MODEL).first()).toBeVisible();
    await expectAccessible(page);
  });
});

const row = (page: Page, text: string) => page.getByRole("row").filter({ hasText: text });

async function enter(page: Page, room: string): Promise<void> {
  await page.getByRole("navigation", { name: "Navigation" }).getByRole("link", { name: room, exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: room })).toBeVisible();
}

async function act(page: Page, key: string, what: string): Promise<void> {
  await page.getByRole("button", { name: `Actions for ${key}`, exact: true }).click();
  await page.getByRole("menuitem", { name: what, exact: true }).click();
}

/** Reads the secret that is shown this once, and closes the dialog as its owner would. */
async function keep(page: Page, title: string): Promise<string> {
  const shown = page.getByRole("dialog", { name: title });
  const secret = (await shown.getByTestId("secret").textContent()) ?? "";
  await shown.getByLabel("I have stored it in a safe place").click();
  await shown.getByRole("button", { name: "Done" }).click();
  await expect(shown).toBeHidden();
  return secret;
}

/** What the call must cost, from the tokens that the provider reported: in nano-dollars, as decimal dollars. */
async function costOf(server: Server, id: string): Promise<string> {
  const path = `/api/gateway/logs/${id}`;
  const found = await server.api.get<{ input_tokens: number; output_tokens: number; cost_usd: string }>(path);
  const nanos = Math.round(found.input_tokens * INPUT * 1000 + found.output_tokens * OUTPUT * 1000);
  expect(Math.round(Number(found.cost_usd) * 1e9)).toBe(nanos);
  return found.cost_usd;
}
