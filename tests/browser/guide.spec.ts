/** The configuration guide: the values filled in, and a call from the browser to the gateway. */
import { expect, expectAccessible, MODEL, narrow, signIn, test, wide } from "./harness/index.ts";

const CLIENTS = [
  "Claude Code",
  "Codex",
  "Gemini CLI",
  "opencode",
  "aider",
  "Cursor",
  "Continue",
  "Cline",
  "OpenAI SDK",
  "Anthropic SDK",
  "Google Gen AI SDK",
  "cURL",
];

test("each client has its tab, filled in with the same values", async ({ page, server }) => {
  await page.goto(`/gateway/guide?model=${MODEL}`);
  await expect(page.getByLabel("Gateway address")).toHaveValue(server.gateway);
  await page.getByLabel("API key", { exact: true }).fill(server.key);
  await expect(page.getByText(/models? this key may use/)).toBeVisible();
  for (const client of CLIENTS) {
    await page.getByRole("tab", { name: client }).click();
    const panel = page.getByRole("tabpanel", { name: client });
    await expect(panel).toContainText(server.gateway);
    await expect(panel).toContainText(server.key);
    await expect(panel).toContainText(MODEL);
    if (["Claude Code", "Cursor"].includes(client)) await expectAccessible(page);
  }
  await expect(page).toHaveURL(/client=curl/);
  expect(page.url()).not.toContain(server.key);
});

test("a link leads to a client, and what is copied is what is shown", async ({ page, server, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto("/gateway/guide?client=codex");
  await expect(page.getByRole("tab", { name: "Codex" })).toHaveAttribute("aria-selected", "true");
  const file = page.locator("figure", { hasText: "~/.codex/config.toml" });
  await file.getByRole("button", { name: "Copy" }).click();
  await expect(file.getByRole("button", { name: "Copied" })).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toContain(`base_url = "${server.gateway}/v1"`);
  expect(copied).toContain('wire_api = "responses"');
});

test("a key is made in place", async ({ page }) => {
  await page.goto("/gateway/guide");
  await expect(page.getByRole("button", { name: "Try it", exact: true })).toHaveAttribute("aria-disabled", "true");
  await page.getByRole("button", { name: "Make a key" }).click();
  const dialog = page.getByRole("dialog", { name: "Make a key" });
  await dialog.getByLabel("Name").fill("");
  await dialog.getByRole("button", { name: "Make a key" }).click();
  await expect(dialog.getByText("Required")).toBeVisible();
  await dialog.getByLabel("Name").fill("made in the guide");
  await dialog.getByRole("button", { name: "Make a key" }).click();
  await expect(page.getByText(/^made in the guide: shown in this page only/)).toBeVisible();
  await expect(page.getByLabel("API key", { exact: true })).toHaveValue(/^tw-\w{48,}$/);
  await expect(page.getByRole("button", { name: "Try it", exact: true })).not.toHaveAttribute("aria-disabled", "true");
});

for (const [format, model] of [
  ["Chat Completions", MODEL],
  ["Messages", "claude-haiku-4-5"],
  ["Responses", MODEL],
  ["Gemini", MODEL],
] as const) {
  test(`an answer streams in the page: ${format}`, async ({ page, server }) => {
    await page.goto(`/gateway/guide?model=${model}`);
    await page.getByLabel("API key", { exact: true }).fill(server.key);
    await page.getByLabel("Format").click();
    await page.getByRole("option", { name: format }).click();
    await page.getByLabel("Message").fill("[[sim: tokens=30 delay-ms=30]]");
    await page.getByRole("button", { name: "Try it", exact: true }).click();
    // It grows: the first words are there long before the last.
    const answer = page.getByTestId("answer");
    await expect(answer).toContainText("word1");
    await expect(page.getByRole("button", { name: "Stop" })).toBeVisible();
    await expect(answer).toContainText("word29");
    const outcome = page.getByRole("region", { name: "Answer" });
    await expect(outcome.locator("dl > div").filter({ hasText: "Tokens out" })).toContainText("30");
    await expect(outcome.locator("dl > div").filter({ hasText: "First token" })).toContainText(/\d m?s/);
    await expectAccessible(page);
    const id = (await outcome.locator("code").textContent()) ?? "";
    expect(id).toMatch(/^req_/);
    await page.getByRole("link", { name: "Show in the request log" }).click();
    await expect(page).toHaveURL(new RegExp(`/logs\\?.*open=${id}`));
  });
}

test("what fails is explained", async ({ page, server, watch }) => {
  await page.goto(`/gateway/guide?client=openai-sdk&model=${MODEL}`);
  const key = page.getByLabel("API key", { exact: true });
  const tryIt = page.getByRole("button", { name: "Try it", exact: true });

  watch.allowStatus(401, "/v1/");
  await key.fill(`tw-${"x".repeat(48)}`);
  await expect(page.getByText("The gateway refuses this key")).toBeVisible();
  await tryIt.click();
  await expect(page.getByRole("alert").filter({ hasText: "401 · The gateway does not know this key" })).toBeVisible();

  await key.fill(server.key);
  watch.allowStatus(404, "/v1/chat/completions");
  await page.getByLabel("Model", { exact: true }).fill("no-such-model");
  await tryIt.click();
  await expect(page.getByRole("alert").filter({ hasText: "404 · No such model for this key" })).toBeVisible();
  await expectAccessible(page);

  // The policy of the page allows this gateway only; better said than tried.
  await page.getByLabel("Gateway address").fill("https://elsewhere.example.com/v1/");
  await expect(page.getByText(`This page may only call ${server.gateway}.`)).toBeVisible();
  await expect(page.getByRole("tabpanel")).toContainText('base_url="https://elsewhere.example.com/v1"');
  await page.getByRole("button", { name: "Back to the detected address" }).click();
  await expect(page.getByLabel("Gateway address")).toHaveValue(server.gateway);
});

test("a gateway that is away is told from one that refuses", async ({ page, server, watch }) => {
  await page.goto(`/gateway/guide?model=${MODEL}`);
  await page.getByLabel("API key", { exact: true }).fill(server.key);
  await expect(page.getByText(/models? this key may use/)).toBeVisible();
  watch.allowLost();
  await page.route(`${server.gateway}/v1/messages`, (route) => route.abort("connectionrefused"));
  await page.getByRole("button", { name: "Try it", exact: true }).click();
  await expect(page.getByRole("alert").filter({ hasText: "No answer from the gateway" })).toBeVisible();
});

test("a running answer can be stopped", async ({ page, server }) => {
  await page.goto(`/gateway/guide?client=openai-sdk&model=${MODEL}`);
  await page.getByLabel("API key", { exact: true }).fill(server.key);
  await page.getByLabel("Message").fill("[[sim: tokens=500 delay-ms=50]]");
  await page.getByRole("button", { name: "Try it", exact: true }).click();
  await expect(page.getByTestId("answer")).toContainText("word2");
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByText(/^Stopped\./)).toBeVisible();
});

test("on a phone the tab that a link means is in sight", async ({ page }) => {
  await narrow(page);
  await page.goto("/gateway/guide?client=curl");
  await expect(page.getByRole("tab", { name: "cURL" })).toBeInViewport();
  await expectAccessible(page);
  await wide(page);
});

test("somebody who may not make keys is told why", async ({ page, server, context }) => {
  const who = { email: "auditor.guide@example.org", password: "Password-1" };
  await server.api.post("/api/admin/users", { ...who, display_name: "Auditor", roles: ["auditor"] });
  await context.clearCookies();
  await signIn(context, server, who);
  await page.goto("/gateway/guide");
  const make = page.getByRole("button", { name: "Make a key" });
  await expect(make).toHaveAttribute("aria-disabled", "true");
  await make.focus();
  await expect(page.getByRole("tooltip")).toBeVisible();
});
