import type { Page } from "@playwright/test";
import { ADMIN, expect, expectAccessible, narrow, OPENAI_KEY, type Server, test } from "./harness/index.ts";

test.use({ as: null });

async function account(page: Page, server: Server): Promise<void> {
  await page.goto(server.console);
  await expect(page).toHaveURL(/\/setup$/);
  await page.getByLabel("Your name").fill(ADMIN.display_name);
  await page.getByLabel("E-mail").fill(ADMIN.email);
  await page.getByLabel("Password", { exact: true }).fill(ADMIN.password);
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("heading", { name: "Your first provider" })).toBeVisible();
}

const skipProvider = (page: Page) => page.getByRole("button", { name: "Skip for now" }).click();
const finish = (page: Page) => page.getByRole("button", { name: "Finish setup" }).click();

test("from nothing to a first call with its cost", async ({ page, start }) => {
  const server = await start({ setUp: false });
  await account(page, server);
  await expectAccessible(page);

  // OpenAI at another address: that of a server of one's own, which has to be meant.
  await page.getByLabel("Address", { exact: true }).fill(server.simulator);
  await page.getByLabel("API key of the provider").fill("sk-not-the-right-one");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByText("This is in a private network. Tick the box below")).toBeVisible();
  await page.getByLabel("Allow private network addresses").click();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("Name of the key").fill("my first key");
  await expectAccessible(page);
  await finish(page);

  // Shown once; the provider refuses the wrong key in its own words, and it is mended in place.
  const secret = page.getByTestId("secret");
  await expect(secret).toHaveText(/^tw-\w{40,}$/);
  await expect(page.getByText(/Incorrect API key provided/)).toBeVisible();
  await narrow(page);
  await expectAccessible(page);
  await page.getByLabel("API key of the provider").fill(OPENAI_KEY);
  await page.getByRole("button", { name: "Save and test again" }).click();
  await expect(page.getByText(/openai answers .*models/)).toBeVisible();

  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByTestId("answer")).toContainText("Say hello");
  await expect(page.getByTestId("receipt")).toContainText(/Cost\s*\$0\.0/);
  await expectAccessible(page);

  // The same call for a terminal, with the right address and key.
  await page.getByRole("tab", { name: "curl" }).click();
  const command = page.getByRole("tabpanel").locator("code");
  await expect(command).toContainText(`${server.gateway}/v1/chat/completions`);
  await expect(command).toContainText((await secret.textContent()) ?? "never");

  // The key is nowhere else yet: leaving asks.
  await page.getByRole("link", { name: "Open the dashboard" }).click();
  await expect(page.getByRole("dialog", { name: "You have not copied the key" })).toBeVisible();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Copy key" }).click();
  await page.getByRole("link", { name: "Open the dashboard" }).click();
  await expect(page).toHaveURL(`${server.console}/`);
  await server.api.signIn(ADMIN);
  const logs = await server.api.get<{ items: { key_id: string }[] }>("/api/gateway/logs");
  expect(logs.items).toHaveLength(1);
  // The dashboard asks on, and this test's server ends before the page does.
  await page.goto("about:blank");
});

test("a compatible server gets its first model with the first call", async ({ page, start }) => {
  const server = await start({ setUp: false });
  await account(page, server);
  await page.getByRole("radio", { name: /Compatible server/ }).click();
  await page.getByLabel("Address", { exact: true }).fill(server.simulator);
  await page.getByLabel("API key of the provider").fill(OPENAI_KEY);
  await page.getByLabel("Allow private network addresses").click();
  await page.getByRole("button", { name: "Continue" }).click();
  await finish(page);
  await expect(page.getByText("Will be set up as a model of the gateway.")).toBeVisible();
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByTestId("answer")).toContainText("Say hello");
  await expect(page.getByTestId("receipt")).toContainText("No price known");
});

test("Google: its own prefix works at once", async ({ page, start }) => {
  const server = await start({ setUp: false });
  await account(page, server);
  await page.getByRole("radio", { name: /Google/ }).click();
  await expect(page.getByLabel("Address", { exact: true })).toHaveValue("https://generativelanguage.googleapis.com");
  await page.getByLabel("Address", { exact: true }).fill(server.simulator);
  await page.getByLabel("Allow private network addresses").click();
  await page.getByLabel("API key of the provider").fill("AIza-sim-google");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Continue" }).click();
  await finish(page);
  await expect(page.getByText(/google answers .*models/)).toBeVisible();
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByTestId("answer")).toContainText("Say hello");
  await expect(page.getByTestId("receipt")).toContainText(/Cost\s*\$0\.0/);
});

test("Azure: a wrong key says what to do, and a deployment is called by its name", async ({ page, start }) => {
  const server = await start({ setUp: false });
  await account(page, server);
  await page.getByRole("radio", { name: /Azure OpenAI/ }).click();
  await page.getByRole("button", { name: "Continue" }).click();
  for (const label of ["Address", "API key of the provider"])
    await expect(page.getByLabel(label, { exact: true })).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("Address", { exact: true }).fill(`${server.simulator}/openai/v1`);
  await page.getByLabel("Allow private network addresses").click();
  await page.getByLabel("API key of the provider").fill("of-another-resource");
  await page.getByRole("button", { name: "Continue" }).click();
  await finish(page);
  await expect(page.getByText(/copy key and endpoint from the same page in Azure/)).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel("API key of the provider").fill(OPENAI_KEY);
  await page.getByRole("button", { name: "Save and test again" }).click();
  await expect(page.getByText(/azure answers .*models/)).toBeVisible();
  await page.getByLabel("Model", { exact: true }).fill("gpt-4o-mini");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByTestId("answer")).toContainText("Say hello");
  await expect(page.getByTestId("receipt")).toContainText(/Cost\s*\$0\.0/);
});

test("Bedrock: by an access key, mended in place, or by the role of the machine", async ({ page, start }) => {
  const server = await start({
    setUp: false,
    environment: { AWS_EC2_METADATA_SERVICE_ENDPOINT: "<simulator>" },
  });
  // The wizard knows regions only: here one of them is at the simulator.
  const atSimulator = { endpoint: server.simulator };
  for (const url of ["**/api/setup/initialize", "**/api/admin/providers/*"])
    await page.route(url, async (route) => {
      const body = route.request().postDataJSON();
      const provider = body?.provider ?? body;
      if (!provider?.config || !["POST", "PATCH"].includes(route.request().method())) return route.continue();
      Object.assign(provider.config, atSimulator);
      provider.allow_private_network = true;
      return route.continue({ postData: JSON.stringify(body) });
    });
  await account(page, server);
  await page.getByRole("radio", { name: /Amazon Bedrock/ }).click();
  await page.getByRole("button", { name: "Continue" }).click();
  for (const label of ["Region", "Access key ID", "Secret access key"])
    await expect(page.getByLabel(label, { exact: true })).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("Region").fill("us-east-1");
  await page.getByLabel("Access key ID").fill("AKIASIM");
  await page.getByLabel("Secret access key").fill("not-the-right-one");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Continue" }).click();
  await finish(page);
  await expect(page.getByText(/not the one that belongs to this access key ID/)).toBeVisible();
  await page.getByLabel("Region").fill("eu-west-1");
  await page.getByLabel("Secret access key").fill("sim-secret");
  await page.getByRole("button", { name: "Save and test again" }).click();
  await expect(page.getByText(/the region is not the one of the endpoint/)).toBeVisible();
  await page.getByLabel("Region").fill("us-east-1");
  await page.getByRole("button", { name: "Save and test again" }).click();
  await expect(page.getByText(/bedrock answers .*models/)).toBeVisible();

  // In the room of providers it gets the machine's role instead, which a test names.
  await page.getByRole("button", { name: "Copy key" }).click();
  await server.api.signIn(ADMIN);
  const { items } = await server.api.get<{ items: { id: string }[] }>("/api/admin/providers");
  await page.goto(`${server.console}/providers?open=${items[0]?.id}`);
  const sheet = page.getByRole("dialog");
  await sheet.getByText("Instance role", { exact: true }).click();
  await expect(sheet.getByLabel("Access key ID")).toHaveCount(0);
  await sheet.getByRole("button", { name: "Test connection" }).click();
  await expect(sheet.getByText("Signed with: EC2 instance role sim-role")).toBeVisible();
  await expectAccessible(page, "[role=dialog]");
  await sheet.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("bedrock was saved").first()).toBeVisible();
  await page.goto("about:blank");
});

test("errors are at their fields, and nothing typed is lost", async ({ page, start, watch }) => {
  watch.allowStatus(400, "/api/setup/initialize");
  const server = await start({ setUp: false });
  await page.goto(`${server.console}/setup?step=key`);
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByLabel("E-mail")).toHaveAccessibleDescription(/Required/);
  await page.getByLabel("E-mail").fill(ADMIN.email);
  await page.getByLabel("Password", { exact: true }).fill("weak");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(/does not meet all rules/);
  await expectAccessible(page);
  await page.getByLabel("Password", { exact: true }).fill(ADMIN.password);
  await page.getByRole("button", { name: "Continue" }).click();

  // A name that only the server refuses, two steps before the button.
  await page.getByLabel("API key of the provider").fill(OPENAI_KEY);
  await page.getByLabel("Name", { exact: true }).fill("not a good name");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("Name of the key").fill("kept");
  await finish(page);
  const name = page.getByLabel("Name", { exact: true });
  await expect(name).toHaveAccessibleDescription(/letters, digits/);
  await expect(name).toBeFocused();

  // Back and forth, by the page and by the browser: all is still there.
  await page.goBack();
  await page.getByRole("button", { name: /Account/ }).click();
  await expect(page.getByLabel("E-mail")).toHaveValue(ADMIN.email);
  await page.getByRole("button", { name: /API key/ }).click();
  await expect(page.getByLabel("Name of the key")).toHaveValue("kept");
});

test("a lost connection, and a server that was set up all the same", async ({ page, start, watch }) => {
  watch.allowLost();
  watch.allowStatus(403, "/api/setup/initialize");
  const server = await start({ setUp: false });
  await account(page, server);
  await skipProvider(page);
  // The request arrives, its answer does not.
  await page.route("**/api/setup/initialize", async (route) => {
    await route.fetch();
    await route.abort();
  });
  await finish(page);
  await expect(page.getByText("The server does not answer")).toBeVisible();
  await page.unroute("**/api/setup/initialize");
  await finish(page);
  await expect(page.getByText("the answer with its secret was lost on the way")).toBeVisible();
  await page.getByRole("button", { name: "Make a key" }).click();
  await expect(page.getByTestId("secret")).toHaveText(/^tw-/);
  await expect(page.getByText("No provider yet")).toBeVisible();
});

test("somebody else was faster", async ({ page, start, watch }) => {
  watch.allowStatus(403, "/api/setup/initialize");
  const server = await start({ setUp: false });
  await account(page, server);
  await skipProvider(page);
  await server.api.post("/api/setup/initialize", { admin: { ...ADMIN, email: "other@example.org" } });
  await finish(page);
  await expect(page.getByText("This server is set up already")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("link", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/login$/);
});

test("too many attempts: says when, and keeps everything", async ({ page, start, watch }) => {
  watch.allowStatus(429, "/api/setup/initialize");
  const server = await start({ setUp: false });
  await account(page, server);
  await skipProvider(page);
  const bad = { admin: { email: "x@example.org", password: "weak" } };
  for (let turn = 0; turn < 5; turn += 1) await server.api.post("/api/setup/initialize", bad).catch(() => undefined);
  await finish(page);
  await expect(page.getByText(/Try again in \d+ second/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Finish setup" })).toHaveAttribute("aria-disabled", "true");
  await expect(page.getByLabel("Name of the key")).toHaveValue("first-key");
});
