import type { Locator, Page } from "@playwright/test";
import { call, expect, expectAccessible, narrow, OPENAI_KEY, seedProviders, signIn, test } from "./harness/index.ts";

const row = (page: Page, name: string): Locator => page.getByRole("row").filter({ hasText: name });

async function act(page: Page, name: string, what: string): Promise<void> {
  await row(page, name).getByRole("button").last().click();
  await page.getByRole("menuitem", { name: what }).click();
}

/** A provider of the test's own that leads to the simulator. */
function make(
  server: {
    api: { post<T>(path: string, body: unknown): Promise<T> };
    simulator: string;
  },
  name: string,
  more = {},
) {
  return server.api.post<{ id: string }>("/api/admin/providers", {
    name,
    provider_type: "custom",
    base_url: server.simulator,
    api_key: OPENAI_KEY,
    allow_private_network: true,
    ...more,
  });
}

test("a compatible server is tested, allowed and added", async ({ page, server, watch }) => {
  test.slow();
  watch.allowStatus(400, "/api/admin/providers/test");
  await page.goto("/providers");
  await page.getByRole("button", { name: "Add provider" }).first().click();
  const sheet = page.getByRole("dialog");
  const name = sheet.getByLabel("Name", { exact: true });
  await sheet.getByText("Compatible server").click();
  await expect(name).toHaveValue("custom");
  await name.fill("house");
  await sheet.getByText("Anthropic", { exact: true }).click();
  await sheet.getByText("Compatible server").click();
  await expect(name, "what was typed stays").toHaveValue("house");
  const testing = sheet.getByRole("button", { name: "Test connection" });
  await expect(testing).toHaveAttribute("aria-disabled", "true");
  await sheet.getByLabel("Address", { exact: true }).fill(`${server.simulator}/v1`);

  // Private: said at the field, and what allows it appears.
  await expect(sheet.getByLabel("Allow private addresses")).toHaveCount(0);
  await testing.click();
  await expect(sheet.getByText("A private address. Allow it below if that is meant.")).toBeVisible();
  await expect(sheet.getByText("The gateway refuses such addresses")).toBeVisible();
  await expectAccessible(page, "[role=dialog]");
  await sheet.getByLabel("Allow private addresses").click();

  // The wrong credential: the provider's own words.
  await testing.click();
  await expect(sheet.getByText("The key was not accepted")).toBeVisible();
  await expect(sheet.getByText(/Incorrect API key provided/)).toBeVisible();
  await sheet.getByLabel("API key", { exact: true }).fill(OPENAI_KEY);
  // What was found was found with other values.
  await expect(sheet.getByText("The key was not accepted")).toHaveCount(0);
  await testing.click();
  await expect(sheet.getByText(/It answered in .*, accepts the key and lists \d+ models/)).toBeVisible();

  await sheet.getByRole("button", { name: "Add provider" }).click();

  // Without models no call would get there: they come next.
  await expect(page.getByRole("heading", { name: "Add models of house" })).toBeVisible();
});

test("each type asks for what it needs", async ({ page }) => {
  await page.goto("/providers?open=new");
  const sheet = page.getByRole("dialog");
  const field = (label: string) => sheet.getByLabel(label, { exact: true });
  const testing = sheet.getByRole("button", { name: "Test connection" });

  await sheet.getByText("Google", { exact: true }).click();
  await expect(field("Name")).toHaveValue("google");
  await expect(field("Address")).toHaveAttribute("placeholder", "https://generativelanguage.googleapis.com");
  await expect(sheet.getByRole("link", { name: "Get a key" })).toHaveAttribute("href", /aistudio\.google\.com/);
  await expect(testing).not.toHaveAttribute("aria-disabled", "true");

  await sheet.getByText("Azure OpenAI").click();
  await expect(field("API version")).toHaveAttribute("placeholder", "2024-10-21");
  await expect(testing).toHaveAttribute("aria-disabled", "true");
  await field("Address").fill("https://mine.openai.azure.com");
  await expect(testing).not.toHaveAttribute("aria-disabled", "true");
  await expectAccessible(page, "[role=dialog]");

  await sheet.getByText("Amazon Bedrock").click();
  await expect(field("Address")).toHaveCount(0);
  await expect(field("API version")).toHaveCount(0);
  await expect(testing).toHaveAttribute("aria-disabled", "true");
  await sheet.getByRole("button", { name: "Add provider" }).click();
  for (const label of ["Region", "Access key ID", "Secret access key"])
    await expect(field(label)).toHaveAttribute("aria-invalid", "true");
  await expect(field("Session token")).not.toHaveAttribute("aria-invalid", "true");
  await field("Region").fill("eu-west-1");
  await expect(field("Endpoint")).toHaveAttribute("placeholder", "https://bedrock-runtime.eu-west-1.amazonaws.com");
  await field("Access key ID").fill("AKIAEXAMPLE");
  await field("Secret access key").fill("not-shown");
  await expect(testing).not.toHaveAttribute("aria-disabled", "true");
  await expectAccessible(page, "[role=dialog]");

  // The other way to sign: one key in place of three fields.
  await sheet.getByText("Bedrock API key", { exact: true }).click();
  await expect(field("Secret access key")).toHaveCount(0);
  await expect(testing).toHaveAttribute("aria-disabled", "true");
  await field("API key").fill("also-not-shown");
  await expect(testing).not.toHaveAttribute("aria-disabled", "true");
});

test("what signs for Bedrock is kept, and goes when another key takes its place", async ({ page, server }) => {
  interface Saved {
    id: string;
    api_key: string | null;
    config: Record<string, unknown>;
  }
  const made = await server.api.post<Saved>("/api/admin/providers", {
    name: "rock",
    provider_type: "bedrock",
    allow_private_network: true,
    config: {
      region: "us-east-1",
      endpoint: server.simulator,
      access_key_id: "AKIAEXAMPLE",
      secret_access_key: "first-secret",
      session_token: "first-token",
    },
  });
  const saved = () => server.api.get<Saved>(`/api/admin/providers/${made.id}`);
  const sheet = page.getByRole("dialog");
  const field = (label: string) => sheet.getByLabel(label, { exact: true });
  const save = async () => {
    await sheet.getByRole("button", { name: "Save changes" }).click();
    await expect(page.getByText("rock was saved").first()).toBeVisible();
  };

  await page.goto(`/providers?open=${made.id}`);
  await expect(field("Access key ID")).toHaveValue("AKIAEXAMPLE");
  for (const secret of ["Secret access key", "Session token"]) {
    await expect(field(secret)).toHaveValue("");
    await expect(field(secret)).toHaveAttribute("placeholder", /^••••/);
  }
  await field("Region").fill("eu-west-1");
  await save();
  const kept = (await saved()).config;
  expect(kept.region).toBe("eu-west-1");
  expect(kept.secret_access_key).toBeTruthy();
  expect(kept.session_token).toBeTruthy();

  await page.goto(`/providers?open=${made.id}`);
  await sheet.getByText("Bedrock API key", { exact: true }).click();
  await field("API key").fill("bedrock-key");
  await save();
  const { api_key, config } = await saved();
  expect(api_key).toBeTruthy();
  expect([config.access_key_id, config.secret_access_key, config.session_token]).toEqual([null, null, null]);
});

test("models are chosen from what a provider lists", async ({ page, server }) => {
  const { id } = await make(server, "lists");
  await page.goto(`/providers?add=${id}`);
  await page.getByLabel(/Search \d+ models/).fill("gpt-4o");
  await page.getByRole("checkbox", { name: "gpt-4o-mini", exact: true }).click();
  await expect(page.getByText(/no known price/)).toBeVisible();
  await expectAccessible(page, "[role=dialog]");
  await page.getByRole("button", { name: "Add 1 model", exact: true }).click();
  await expect(page.getByText("1 model was added").first()).toBeVisible();
  await expect(row(page, "lists").getByRole("link", { name: "1 model" })).toBeVisible();
  expect((await call(server, { model: "gpt-4o-mini" })).status).toBe(200);

  // What is there is marked, and not added again.
  await act(page, "lists", "Add models");
  await expect(page.getByRole("listitem").filter({ hasText: "gpt-4o-mini" }).getByText("Added")).toBeVisible();
});

test("some models that cannot be added do not hold up the others", async ({ page, server, watch }) => {
  watch.allowStatus(409, "/api/admin/models");
  const { id } = await make(server, "partly");
  await page.goto(`/providers?add=${id}`);
  await page.getByRole("checkbox", { name: "o3", exact: true }).click();
  await page.getByRole("checkbox", { name: "o4-mini" }).click();
  // Somebody else is faster with one of them.
  await server.api.post("/api/admin/models", {
    model_id: "o3",
    routes: [{ provider: "openai" }],
  });
  await page.getByRole("button", { name: "Add 2 models" }).click();
  await expect(page.getByText("1 of 2 could not be added")).toBeVisible();
  await expect(page.getByText("1 model was added").first()).toBeVisible();
  await expect(page.getByText("Name taken.").first()).toBeVisible();
});

test("an edit keeps the secret, and errors are at their fields", async ({ page, server, watch }) => {
  watch.allowStatus(400, "/api/admin/providers");
  await make(server, "kept", { config: { headers: { "x-team": "research" } } });
  await page.goto("/providers");
  await row(page, "kept").click();
  const sheet = page.getByRole("dialog");
  await expect(sheet.getByLabel("API key", { exact: true })).toHaveValue("");
  await expect(sheet.getByLabel("API key", { exact: true })).toHaveAttribute("placeholder", /^••••/);

  // Tested as it is saved, with nothing typed.
  await sheet.getByRole("button", { name: "Test connection" }).click();
  await expect(sheet.getByText("The connection works")).toBeVisible();

  await expect(sheet.getByLabel("Value of x-team")).toHaveAttribute("placeholder", /^••••/);
  await sheet.getByRole("button", { name: "Add a header" }).click();
  await sheet.getByLabel("Header name").last().fill("host");
  await sheet.getByLabel("Value of").last().fill("elsewhere");
  await sheet.getByRole("button", { name: "Save changes" }).click();
  await expect(sheet.getByText("cannot be set here")).toBeVisible();
  await expect(sheet.getByLabel("Header name").last()).toHaveAttribute("aria-invalid", "true");
  await expectAccessible(page, "[role=dialog]");

  await sheet.getByRole("button", { name: "Remove the header host" }).click();
  await sheet.getByLabel("Display name").fill("Kept safe");
  await sheet.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Kept safe was saved").first()).toBeVisible();
  const { items } = await server.api.get<{
    items: { id: string; name: string; config: { headers: object } }[];
  }>("/api/admin/providers");
  const kept = items.find((provider) => provider.name === "kept");
  expect(Object.keys(kept?.config.headers ?? {})).toEqual(["x-team"]);
  const probe = await server.api.post<{ ok: boolean }>(`/api/admin/providers/${kept?.id}/test`);
  expect(probe.ok, "the stored key is still the one").toBe(true);
});

test("a name that is taken is said at the name", async ({ page, server, watch }) => {
  watch.allowStatus(409, "/api/admin/providers");
  await make(server, "taken");
  await page.goto("/providers?open=new");
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("Name", { exact: true }).fill("taken");
  await sheet.getByLabel("API key", { exact: true }).fill("sk-x");
  await sheet.getByRole("button", { name: "Add provider" }).click();
  await expect(sheet.getByLabel("Name", { exact: true })).toHaveAttribute("aria-invalid", "true");
});

test("disabling and deleting say which models are affected", async ({ page, server }) => {
  const { id } = await make(server, "leaving");
  await server.api.post("/api/admin/models", {
    model_id: "only-there",
    routes: [{ provider: id, upstream_model: "gpt-sim" }],
  });
  await server.api.post("/api/admin/models", {
    model_id: "also-there",
    routes: [
      { provider: id, upstream_model: "gpt-sim" },
      { provider: "openai", upstream_model: "gpt-sim", priority: 1 },
    ],
  });
  await page.goto("/providers");

  await act(page, "leaving", "Disable");
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("listitem").filter({ hasText: "only-there" })).toContainText("leads nowhere");
  await expect(dialog.getByRole("listitem").filter({ hasText: "also-there" })).toContainText("goes on by other routes");
  await expectAccessible(page, "[role=dialog]");
  await dialog.getByRole("button", { name: "Disable" }).click();
  await expect(row(page, "leaving")).toContainText("Off");
  await act(page, "leaving", "Enable");
  await expect(row(page, "leaving")).not.toContainText("Off");

  await act(page, "leaving", "Delete");
  await expect(dialog.getByRole("listitem").filter({ hasText: "only-there" })).toContainText("is deleted");
  await expect(dialog.getByRole("listitem").filter({ hasText: "also-there" })).toContainText("loses this route");
  const verb = dialog.getByRole("button", { name: "Delete" });
  await expect(verb).toBeDisabled();
  await dialog.getByRole("textbox").fill("leaving");
  await verb.click();
  await expect(page.getByText("leaving was deleted").first()).toBeVisible();
  await expect(row(page, "leaving")).toHaveCount(0);
  expect((await call(server, { model: "only-there" })).status).toBe(404);
  expect((await call(server, { model: "also-there" })).status).toBe(200);
});

test("who is in trouble is first, with the reason", async ({ page, server }) => {
  const { id } = await make(server, "zz-unreachable", {
    base_url: "http://127.0.0.1:9",
  });
  await server.api.post("/api/admin/models", {
    model_id: "unreachable",
    routes: [{ provider: id }],
  });
  expect((await call(server, { model: "unreachable" })).status).toBe(503);
  await page.goto("/providers");
  const first = page.getByRole("row").nth(1);
  await expect(first).toContainText("zz-unreachable");
  await expect(first).toContainText("100% failed");
  await expect(first).toContainText("It does not take connections");
});

test("with many providers it is searched, and fits a phone", async ({ page, server }) => {
  await seedProviders(server, 40);
  await page.goto("/providers");
  await page.getByPlaceholder("Search name or address…").fill("provider-33");
  await expect(row(page, "provider-33")).toBeVisible();
  await expect(page).toHaveURL(/q=provider-33/);
  await narrow(page);
  await page.goto("/providers?open=new");
  await expect(page.getByLabel("API key", { exact: true })).toBeVisible();
  await expectAccessible(page, "[role=dialog]");
});

test("a developer is shown why not", async ({ page, server, context }) => {
  await server.api.post("/api/admin/users", {
    email: "dev@example.org",
    display_name: "Dev",
    password: "Correct-Horse-7",
    roles: ["developer"],
  });
  await context.clearCookies();
  await signIn(context, server, {
    email: "dev@example.org",
    password: "Correct-Horse-7",
  });
  await page.goto("/providers");
  await expect(page.getByRole("heading", { name: "This page is not open to you" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Add provider" })).toHaveCount(0);
});
