/** The dashboard: figures, courses, the live feed, health, and the way to the first call. */
import {
  ADMIN,
  call,
  calls,
  expect,
  expectAccessible,
  inBothThemes,
  MODEL,
  narrow,
  signIn,
  test,
  wide,
  without,
} from "./harness/index.ts";

const DEVELOPER = { email: "dev.dashboard@example.org", password: "Correct-Horse-8" };

test.describe("before the first call", () => {
  test("the next step is shown, what is done is ticked, and the first call opens the dashboard", async ({
    page,
    start,
  }) => {
    const mine = await start();
    await signIn(page.context(), mine);
    await page.goto(`${mine.console}/`);
    const steps = page.getByRole("list", { name: "Welcome to ThinkWatch" }).getByRole("listitem");
    await expect(steps).toHaveCount(3);
    await expect(steps.nth(0).getByRole("heading")).toHaveText("Connect a provider (done)");
    await expect(steps.nth(1).getByRole("heading")).toHaveText("Create an API key (done)");
    await expect(page.getByRole("link", { name: "Open the guide" })).toBeVisible();
    await expect(page.getByText("Listening for the first call…")).toBeVisible();
    await expectAccessible(page);

    await call(mine);
    await expect(page.getByRole("heading", { level: 1, name: "Dashboard" })).toBeVisible();
    await expect(page.getByRole("group", { name: "Requests" }).first()).toContainText("1");
  });

  test("nothing set up but an account: each step leads to where it is done", async ({ page, start }) => {
    const mine = await start({ setUp: false });
    await mine.api.post("/api/setup/initialize", { admin: ADMIN });
    await signIn(page.context(), mine);
    await page.goto(`${mine.console}/`);
    await page.getByRole("link", { name: "Add a provider" }).click();
    await expect(page).toHaveURL(/\/providers\?open=new$/);
    await page.goBack();
    await page.getByRole("link", { name: "Create a key" }).click();
    await expect(page).toHaveURL(/\/keys\?open=new$/);
  });
});

test("a call is in the feed with its cost within two seconds, and in the figures soon after", async ({
  page,
  server,
}) => {
  await call(server, { prompt: "The first one." });
  await page.goto("/");
  const feed = page.getByRole("region", { name: "Live calls" }).last();
  await expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();
  await expect(feed.getByRole("listitem")).toHaveCount(1);

  const { id } = await call(server, { prompt: "[[sim: tokens=30]] hello" });
  const row = feed.getByRole("listitem").first();
  await expect(feed.getByRole("listitem")).toHaveCount(2, { timeout: 2_000 });
  await expect(row).toContainText(MODEL);
  const logged = await server.api.get<{ cost_usd: string }>(`/api/gateway/logs/${id}`);
  expect(Number(logged.cost_usd)).toBeGreaterThan(0);
  await expect(row.locator(`[title^="$${logged.cost_usd}"]`)).toBeVisible();
  await expect(page.getByRole("group", { name: "Requests" })).toContainText("2");

  await row.getByRole("link").click();
  await expect(page).toHaveURL(new RegExp(`/logs\\?open=${id}$`));
});

test("a failed call says why", async ({ page, server }) => {
  await page.goto("/");
  await expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();
  await call(server, { model: "no-such-model" });
  const row = page.getByRole("region", { name: "Live calls" }).last().getByRole("listitem").first();
  await expect(row).toContainText("no-such-model");
  await expect(row).toContainText("404");
  const rate = page.getByRole("group", { name: "Error rate" });
  await rate.getByRole("link", { name: /client errors|refused/ }).click();
  await expect(page).toHaveURL(/\/logs\?range=24h&outcome=(client_error|refused)$/);
});

test("the feed can be paused, and has what was missed when it goes on", async ({ page, server }) => {
  await page.goto("/");
  const rows = page.getByRole("region", { name: "Live calls" }).last().getByRole("listitem");
  await expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();
  const before = await rows.count();
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Paused" })).toBeVisible();
  await call(server, { session: "while-paused" });
  await expect(page.getByRole("group", { name: "Requests" })).toBeVisible();
  expect(await rows.count()).toBe(before);
  await page.getByRole("button", { name: "Resume" }).click();
  await page.mouse.move(0, 0);
  await expect(rows).toHaveCount(before + 1);
});

test("the feed comes back after the server was away", async ({ page, start, watch }) => {
  const mine = await start();
  await call(mine);
  await signIn(page.context(), mine);
  watch.allowLost();
  await page.goto(`${mine.console}/`);
  await expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();
  await mine.halt();
  await expect(page.getByRole("status").filter({ hasText: /Reconnecting/ })).toBeVisible();
  await mine.go();
  await expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible({ timeout: 20_000 });
  const rows = page.getByRole("region", { name: "Live calls" }).last().getByRole("listitem");
  await call(mine);
  await expect(rows).toHaveCount(2);
});

test("the range is in the address, by button and by marking a chart", async ({ page, server }) => {
  await calls(server, 2);
  await page.goto("/?range=7d");
  await expect(page.getByRole("button", { name: "Last 7 days" }).first()).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByText(/All calls, last 7 days, compared with/)).toBeVisible();

  await page.getByRole("group", { name: "Time range" }).getByRole("button", { name: "Last hour" }).click();
  await expect(page).toHaveURL(/\?range=1h$/);
  await expect(page.getByText(/All calls, last hour/)).toBeVisible();

  const chart = page.getByRole("slider", { name: "Requests" });
  const box = await chart.boundingBox();
  if (!box) throw new Error("the chart has no place");
  const drag = async (from: number, to: number) => {
    await page.mouse.move(box.x + box.width * from, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * to, box.y + 60, { steps: 5 });
    await page.mouse.up();
  };
  await drag(0.4, 0.8);
  await expect(page).toHaveURL(/\?range=20\d\d-.*%2F20\d\d-/);
  const range = decodeURIComponent(new URL(page.url()).search).replace("?range=", "");
  const [from = 0, to = 0] = range.split("/").map((end) => Date.parse(end));
  expect(to - from).toBeGreaterThanOrEqual(15 * 60_000);
  expect(to - from).toBeLessThan(60 * 60_000);
  await page.goBack();
  await expect(page).toHaveURL(/\?range=1h$/);

  await page.getByRole("group", { name: "Time range" }).getByRole("button", { name: "Last 24 hours" }).click();
  await expect(page).toHaveURL(/\/$/);
});

test("charts are read by keyboard and shown as a table", async ({ page, server }) => {
  await call(server);
  await page.goto("/?range=1h");
  const chart = page.getByRole("slider", { name: "Requests" });
  await chart.focus();
  await page.keyboard.press("End");
  await expect(chart).toHaveAttribute("aria-valuetext", /Requests [1-9]\d*, Errors \d+$/);
  const last = await chart.getAttribute("aria-valuenow");
  await page.keyboard.press("ArrowLeft");
  await expect(chart).toHaveAttribute("aria-valuenow", String(Number(last) - 1));
  await page.getByRole("button", { name: "Requests as a table" }).click();
  const table = page.getByRole("region", { name: "Requests" }).getByRole("table");
  await expect(table.getByRole("columnheader")).toHaveText(["Time", "Requests", "Errors"]);
  await expect(table.getByRole("row")).not.toHaveCount(1);
});

test("the largest lead to their calls", async ({ page, server }) => {
  await call(server);
  await page.goto("/?range=7d");
  for (const [name, address] of [
    [`Calls of ${MODEL} in the request log`, `/logs?range=7d&model=${MODEL}`],
    ["Calls of openai in the request log", "/logs?range=7d&provider=openai"],
    ["Calls of first key in the request log", "/logs?range=7d&key_lineage_id=lin_"],
    [`Calls of ${ADMIN.email} in the request log`, "/logs?range=7d&user_id=usr_"],
  ] as const) {
    const link = page.getByTitle(name);
    await expect(link).toHaveAttribute("href", new RegExp(`^${address.replaceAll("?", "\\?")}`));
  }
  await page.getByTitle(`Calls of ${MODEL} in the request log`).click();
  await expect(page).toHaveURL(new RegExp(`/logs\\?range=7d&model=${MODEL}$`));
});

test("a rotated key is one line, and leads to the calls of all its secrets", async ({ page, server }) => {
  const old = await server.api.post<{ id: string; key: string }>("/api/keys", { name: "turning key" });
  await call(server, { key: old.key });
  const renewed = await server.api.post<{ key: string }>(`/api/keys/${old.id}/rotate`, {});
  await calls(server, 2, { key: renewed.key });
  await page.goto("/");
  const line = page.getByTitle("Calls of turning key in the request log");
  await expect(line).toContainText("3");
  await line.click();
  const log = page.getByRole("table", { name: "Request log" }).getByRole("row");
  await expect(log).toHaveCount(4);
  // The filter says whose they are.
  await expect(page.getByRole("button", { name: "turning key" }).first()).toBeVisible();
});

test("tokens are shown by class, as many as there were", async ({ page, start }) => {
  const mine = await start({ logRows: 2_000, logDays: 1 });
  await signIn(page.context(), mine);
  await page.goto(`${mine.console}/`);
  const chart = page.locator("figure").filter({ has: page.getByRole("heading", { name: "Tokens", exact: true }) });
  const classes = ["Input", "Cache read", "Cache write", "Other output", "Reasoning"];
  await inBothThemes(page, async () => {
    for (const view of [wide, narrow]) {
      await view(page);
      // The whole name, within the chart.
      const edge = await chart.boundingBox();
      for (const name of classes) {
        const box = await chart.getByRole("button", { name, exact: true }).boundingBox();
        expect((box?.x ?? 0) + (box?.width ?? 1_000), name).toBeLessThanOrEqual(
          (edge?.x ?? 0) + (edge?.width ?? 0) + 1,
        );
      }
    }
  });
  await chart.getByRole("button", { name: "Tokens as a table" }).click();
  await expect(chart.getByRole("columnheader")).toHaveText(["Time", ...classes]);
});

test("health: store, request log, spool and providers", async ({ page, server }) => {
  await page.goto("/");
  const health = page.getByRole("heading", { name: "Health" }).locator("xpath=ancestor::section");
  for (const part of ["Store", "Request log", "Record spool", "openai", "anthropic"]) {
    await expect(health.getByText(part, { exact: true })).toBeVisible();
  }
  await expect(health.getByRole("progressbar")).toBeVisible();
  await call(server);
  await expect(health.getByText(/errors of/).first()).toBeVisible({ timeout: 20_000 });
});

test.describe("a developer", () => {
  test.use({ as: null });

  test("sees their own numbers and no operator's parts", async ({ page, server }) => {
    await server.api.post("/api/admin/users", { ...DEVELOPER, display_name: "Dev", roles: ["developer"] });
    await calls(server, 2);
    await signIn(page.context(), server, DEVELOPER);
    await page.goto("/");
    // Others have called; this person has not.
    await expect(page.getByRole("heading", { name: "Welcome to ThinkWatch" })).toBeVisible();
    await expect(page.getByRole("heading", { name: "Connect a provider" })).toHaveCount(0);

    const answer = await page.request.post("/api/keys", { data: { name: "my own" } });
    const { key } = (await answer.json()) as { key: string };
    await call(server, { key });
    await expect(page.getByText(/Your calls, last 24 hours/)).toBeVisible();
    await expect(page.getByRole("group", { name: "Requests" })).toContainText("1");
    await expect(page.getByRole("region", { name: "Live calls" }).last().getByRole("listitem")).toHaveCount(1);
    await expect(page.getByTitle("Calls of my own in the request log")).toBeVisible();
    for (const heading of ["Health", "Top users", "Top providers"]) {
      await expect(page.getByRole("heading", { name: heading })).toHaveCount(0);
    }
  });
});

test("an error says so, and trying again mends it", async ({ page, watch, start }) => {
  const mine = await start();
  await call(mine);
  await signIn(page.context(), mine);
  watch.allowStatus(500, "/api/analytics/overview");
  await without(mine, "usage_hourly", async () => {
    await page.goto(`${mine.console}/`);
    await expect(page.getByText("The figures could not be loaded")).toBeVisible({ timeout: 15_000 });
  });
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("group", { name: "Requests" })).toContainText("1");
});

test("much data: accessible, and nothing wider than the screen", async ({ page, start }) => {
  // The rules of axe over a whole page, four times.
  test.slow();
  const mine = await start({ logRows: 10_000, logDays: 7 });
  await signIn(page.context(), mine);
  await page.goto(`${mine.console}/?range=7d`);
  await expect(page.getByRole("group", { name: "Requests" })).toContainText(/9,9\d\d|10K|10,000/);
  for (const view of [wide, narrow]) {
    await view(page);
    await expectAccessible(page);
    const overhang = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overhang, "pixels beyond the right edge").toBeLessThanOrEqual(0);
  }
});
