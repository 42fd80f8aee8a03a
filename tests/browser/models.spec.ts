import type { Locator, Page } from "@playwright/test";
import { call, expect, expectAccessible, narrow, type Server, seedModels, test } from "./harness/index.ts";

const row = (page: Page, name: string): Locator => page.getByRole("row").filter({ hasText: name });

async function act(page: Page, name: string, what: string): Promise<void> {
  await row(page, name).getByRole("button").last().click();
  await page.getByRole("menuitem", { name: what }).click();
}

async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole("dialog").getByLabel(label).last().click();
  await page.getByRole("option", { name: option }).click();
}

test("a model is made with two ways and its prices, and called", async ({ page, server }) => {
  test.slow();
  await page.goto("/models");
  await page.getByRole("button", { name: "Add model" }).first().click();
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("Model name").fill("smart");
  await choose(page, "Provider", "openai");
  await sheet.getByLabel("Model there").fill("gpt-sim");
  await sheet.getByLabel("Weight", { exact: true }).fill("75");
  await sheet.getByRole("button", { name: "Add a route" }).click();
  await choose(page, "Provider", "anthropic");
  const upstream = sheet.getByLabel("Model there").last();
  await upstream.focus();
  // Completed from what that provider lists.
  const option = sheet.locator("datalist").last().locator("option").first();
  await expect(option).toBeAttached();
  await upstream.fill((await option.getAttribute("value")) ?? "");
  await sheet.getByLabel("Weight", { exact: true }).last().fill("25");
  await expect(sheet.getByText("75% of calls")).toBeVisible();
  await expect(sheet.getByText("25% of calls")).toBeVisible();

  // The other one only when the first fails.
  await sheet.getByRole("button", { name: "Try anthropic later" }).click();
  await expect(sheet.getByText("Then, if those fail")).toBeVisible();
  await expect(sheet.getByText("75% of calls")).toHaveCount(0);

  // Anthropic has no model of its own yet: its usual names will end.
  await expect(sheet.getByText("anthropic will no longer serve names by itself")).toBeVisible();

  await sheet.getByRole("button", { name: "Change prices" }).click();
  await sheet.getByLabel("Input", { exact: true }).fill("0.123456789");
  await sheet.getByLabel("Output", { exact: true }).fill("2.5");
  await expectAccessible(page, "[role=dialog]");
  await sheet.getByRole("button", { name: "Add model" }).click();
  await expect(page.getByText("smart was added").first()).toBeVisible();
  await expect(row(page, "smart")).toContainText("openai then anthropic");
  await expect(row(page, "smart").getByTitle("$0.123456789")).toBeVisible();
  expect((await call(server, { model: "smart" })).status).toBe(200);

  const { items } = await server.api.get<{
    items: {
      model_id: string;
      routes: { priority: number; weight: number }[];
    }[];
  }>("/api/admin/models");
  const made = items.find((model) => model.model_id === "smart");
  expect(made?.routes.map(({ priority, weight }) => [priority, weight])).toEqual([
    [0, 75],
    [1, 25],
  ]);
  // As it was typed, to the last digit.
  const prices = await server.api.get<{
    items: { rates: { input: string } }[];
  }>("/api/admin/prices?provider=openai");
  expect(prices.items.map((price) => price.rates.input)).toContain("0.123456789");
});

test("a route says in which format its provider is asked", async ({ page, server }) => {
  await page.goto("/models?open=new");
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("Model name").fill("formatted");
  await choose(page, "Provider", "anthropic");
  // One format is no choice.
  await expect(sheet.getByLabel("Asked in")).toHaveCount(0);
  await choose(page, "Provider", "openai");
  await sheet.getByLabel("Model there").fill("gpt-sim");
  await expect(sheet.getByLabel("Asked in")).toHaveText("Automatic");
  await choose(page, "Asked in", "Responses");
  await expectAccessible(page, "[role=dialog]");
  await sheet.getByRole("button", { name: "Add model" }).click();
  await expect(page.getByText("formatted was added").first()).toBeVisible();
  expect((await call(server, { model: "formatted" })).status).toBe(200);
  expect(await lastTarget(server)).toBe("/v1/responses");

  // Kept by an edit of something else.
  await row(page, "formatted").click();
  await expect(sheet.getByLabel("Asked in")).toHaveText("Responses");
  await sheet.getByLabel("Display name").fill("In Responses");
  await sheet.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("In Responses was saved").first()).toBeVisible();
  await row(page, "formatted").click();
  await choose(page, "Asked in", "Automatic");
  await sheet.getByRole("button", { name: "Save changes" }).click();
  await expect(sheet).toHaveCount(0);
  expect((await call(server, { model: "formatted" })).status).toBe(200);
  expect(await lastTarget(server)).toBe("/v1/chat/completions");
});

/** The path of the newest call that reached the provider. */
async function lastTarget(server: Server): Promise<string | undefined> {
  const answer = await fetch(`${server.simulator}/_sim/journal?since=0`);
  const journal = (await answer.json()) as { entries: { target: string }[] } | { target: string }[];
  return (Array.isArray(journal) ? journal : journal.entries).at(-1)?.target;
}

test("prices come from the list, and say so", async ({ page, server }) => {
  await server.api.post("/api/admin/models", {
    model_id: "listed",
    routes: [{ provider: "openai", upstream_model: "gpt-5" }],
  });
  await page.goto("/models");
  await row(page, "listed").click();
  const sheet = page.getByRole("dialog");
  await expect(sheet.getByText("From the price list")).toBeVisible();
  await sheet.getByRole("button", { name: "Change prices" }).click();
  await expect(sheet.getByLabel("Input", { exact: true })).toHaveValue("1.25");
  await expect(sheet.getByText("As in the price list.")).toBeVisible();
  await sheet.getByLabel("Input", { exact: true }).fill("1,25");
  await sheet.getByRole("button", { name: "Save changes" }).click();
  await expect(sheet.getByText("Dollars such as 2.50, with at most 9 decimals")).toBeVisible();
  await sheet.getByRole("button", { name: "Fill in from the price list" }).click();
  await sheet.getByLabel("Input", { exact: true }).fill("1.5");
  await sheet.getByRole("button", { name: "Save changes" }).click();
  await expect(row(page, "listed")).toContainText("$1.50");
  await expect(row(page, "listed")).toContainText("Own");
});

test("what the server has against a field is said there", async ({ page, server, watch }) => {
  watch.allowStatus(400, "/api/admin/models");
  watch.allowStatus(409, "/api/admin/models");
  const { id } = await server.api.post<{ id: string }>("/api/admin/models", {
    model_id: "wrong",
    routes: [
      { provider: "openai", upstream_model: "gpt-sim" },
      { provider: "openai", upstream_model: "gpt-4o" },
    ],
  });
  await page.goto(`/models?open=${id}`);
  const sheet = page.getByRole("dialog");
  await expect(sheet.getByLabel("Weight", { exact: true })).toHaveCount(2);
  await sheet.getByLabel("Weight", { exact: true }).last().fill("1.5");
  await sheet.getByRole("button", { name: "Save changes" }).click();
  await expect(sheet.getByLabel("Weight", { exact: true }).last()).toHaveAttribute("aria-invalid", "true");
  await sheet.getByLabel("Weight", { exact: true }).last().fill("10");

  // Only the server knows this one: a line of its answer for the second route.
  await page.route("**/api/admin/models/*", (route) =>
    route.request().method() === "PATCH"
      ? route.continue({
          postData: route.request().postData()?.replace('"weight":10,', '"weight":20000,') ?? "",
        })
      : route.continue(),
  );
  await sheet.getByRole("button", { name: "Save changes" }).click();
  await expect(sheet.getByText("must be from 0 to 10000")).toBeVisible();
  await expect(sheet.getByLabel("Weight", { exact: true }).last()).toHaveAttribute("aria-invalid", "true");
  await expect(sheet.getByLabel("Weight", { exact: true }).first()).not.toHaveAttribute("aria-invalid", "true");
  await page.unrouteAll();

  await sheet.getByLabel("Model name").fill("house-mini");
  await sheet.getByRole("button", { name: "Save changes" }).click();
  await expect(sheet.getByLabel("Model name")).toHaveAttribute("aria-invalid", "true");
  await expectAccessible(page, "[role=dialog]");

  // Nothing typed is lost without a word.
  await sheet.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByText("Discard your changes?")).toBeVisible();
});

test("a model is disabled, enabled and deleted by name", async ({ page, server }) => {
  await server.api.post("/api/admin/models", {
    model_id: "leaving",
    routes: [{ provider: "openai", upstream_model: "gpt-sim" }],
  });
  await server.api.post("/api/keys", {
    name: "narrow-key",
    allowed_models: ["leaving"],
  });
  await page.goto("/models");
  await act(page, "leaving", "Disable");
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("1 key allows it by name: narrow-key.")).toBeVisible();
  await dialog.getByRole("button", { name: "Disable" }).click();
  await expect(row(page, "leaving")).toContainText("Off");
  expect((await call(server, { model: "leaving" })).status).toBe(404);
  await act(page, "leaving", "Enable");
  await expect(row(page, "leaving")).toContainText("Offered");

  await act(page, "leaving", "Delete");
  await expect(dialog.getByRole("button", { name: "Delete" })).toBeDisabled();
  await dialog.getByRole("textbox").fill("leaving");
  await expectAccessible(page, "[role=dialog]");
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("leaving was deleted").first()).toBeVisible();
  await expect(row(page, "leaving")).toHaveCount(0);
});

test("models that lead nowhere or have no price are found", async ({ page, server }) => {
  const { id } = await server.api.post<{ id: string }>("/api/admin/providers", {
    name: "asleep",
    provider_type: "custom",
    base_url: "http://127.0.0.1:9",
    allow_private_network: true,
    enabled: false,
  });
  await server.api.post("/api/admin/models", {
    model_id: "stranded",
    routes: [{ provider: id }],
  });
  await page.goto("/models?state=nowhere");
  await expect(row(page, "stranded")).toContainText("Leads nowhere");
  await expect(row(page, "house-mini")).toHaveCount(0);
  await page.goto("/models?state=unpriced");
  await expect(row(page, "stranded")).toContainText("No price");
  await page.goto("/models?provider=asleep");
  await expect(row(page, "stranded")).toBeVisible();
  await expect(page.getByRole("row")).toHaveCount(2);
});

test("many models are searched and paged, and fit a phone", async ({ page, server }) => {
  await seedModels(server, 120);
  await page.goto("/models");
  await expect(page.getByText(/1–50 of 1\d\d/)).toBeVisible();
  await page.getByPlaceholder("Search model, provider…").fill("rather-long-model-name-93");
  await expect(page.getByRole("row")).toHaveCount(2);
  await narrow(page);
  await expectAccessible(page);
  await row(page, "rather-long-model-name-93").click();
  await expect(page.getByLabel("Model name")).toBeVisible();
  await expectAccessible(page, "[role=dialog]");
});

test("a model has further names and others that take over, and its form keeps what it says", async ({
  page,
  server,
  watch,
}) => {
  watch.allowStatus(400, "/api/admin/models");
  const routes = [{ provider: "openai", upstream_model: "gpt-sim" }];
  await server.api.post("/api/admin/models", { model_id: "backup", routes });
  await page.goto("/models?open=new");
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("Model name").fill("routed");
  await choose(page, "Provider", "openai");
  await sheet.getByLabel("Model there").fill("gpt-sim");
  await sheet.getByText("Limits of this route").click();
  await sheet.getByLabel("Context, tokens").fill("8192");
  await sheet.getByText("Routing", { exact: true }).click();
  await sheet.getByLabel("Further names").fill("routed-latest, routed-too");
  await sheet.getByLabel("Models that take over").fill("nobody");
  await choose(page, "For calls that are too long", "backup");
  await choose(page, "Which route goes first", "The cheapest");
  await sheet.getByLabel("Retries").fill("0");
  await sheet.getByLabel("JSON answer, seconds").last().fill("90");
  await sheet.getByRole("button", { name: "Add model" }).click();
  await expect(sheet.getByText("there is no model `nobody`")).toBeVisible();
  await sheet.getByLabel("Models that take over").fill("backup");
  await expectAccessible(page, "[role=dialog]");
  await sheet.getByRole("button", { name: "Add model" }).click();
  await expect(page.getByText("routed was added").first()).toBeVisible();
  expect((await call(server, { model: "routed-too" })).status).toBe(200);

  interface Kept {
    id: string;
    model_id: string;
    aliases: string[];
    routing: unknown;
    routes: { routing: unknown }[];
  }
  const kept = async () => {
    const { items } = await server.api.get<{ items: Kept[] }>("/api/admin/models");
    return items.find((model) => model.model_id === "routed");
  };
  await page.goto(`/models?open=${(await kept())?.id}`);
  await expect(sheet.getByLabel("Further names")).toHaveValue("routed-latest, routed-too");
  await expect(sheet.getByLabel("Context, tokens")).toHaveValue("8192");
  await sheet.getByLabel("Display name").fill("Routed");
  await sheet.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Routed was saved").first()).toBeVisible();
  const after = await kept();
  expect(after?.aliases).toEqual(["routed-latest", "routed-too"]);
  expect(after?.routing).toMatchObject({
    strategy: "cost",
    affinity: null,
    retry_max: 0,
    timeout: { total_s: 90, idle_ms: null },
    fallbacks: ["backup"],
    larger_context: "backup",
  });
  expect(after?.routes[0]?.routing).toMatchObject({ context_tokens: 8192 });
});
