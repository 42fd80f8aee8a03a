import { expect, expectAccessible, narrow, test } from "./harness/index.ts";

test("every operation of the server is listed, and found by its words", async ({ page, server }) => {
  const document = await server.api.get<{ paths: Record<string, Record<string, unknown>> }>("/api/openapi.json");
  const count = Object.values(document.paths).flatMap((methods) => Object.keys(methods)).length;
  await page.goto("/api-docs");
  await expect(page.getByText(`${count} operations of this server`)).toBeVisible();
  const links = page.getByRole("navigation", { name: "Operations", exact: true }).getByRole("link");
  await expect(links).toHaveCount(count);
  await expect(page.getByText(`${server.console}/api/auth/login`)).toBeVisible();
  await expectAccessible(page);

  await page.keyboard.press("/");
  await page.keyboard.type("post keys rotate");
  await expect(links).toHaveCount(1);
  await links.first().click();
  await expect(page).toHaveURL(/op=keys(\/|%2F)rotate/);
  await expect(page.getByRole("heading", { level: 2, name: /new secret of the same lineage/ })).toBeVisible();
});

test("an operation has an address, its fields, and a call that works when pasted", async ({ page, server }) => {
  await page.goto("/api-docs?op=auth/login");
  const command = page.locator("figure", { hasText: "curl" }).first().locator("code");
  await expect(command).toContainText(`curl -X POST '${server.console}/api/auth/login'`);
  await expect(page.getByText("Needs no sign-in")).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "password" }).getByText("required").first()).toBeVisible();

  await page.goto("/api-docs?op=models/create");
  await expect(page.getByText("Needs an access token")).toBeVisible();
  // A field inside of a field.
  await expect(page.getByText("upstream_model").first()).toBeVisible();
  await expectAccessible(page);
  await narrow(page);
  const overhang = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overhang).toBeLessThanOrEqual(0);
  await expectAccessible(page);
  await page.getByRole("link", { name: "All operations" }).click();
  await expect(page.getByRole("link", { name: /Makes a key/ })).toBeVisible();
});

test("an operation that is not there, and a document that does not come", async ({ page, watch }) => {
  await page.goto("/api-docs?op=keys/unheard");
  await expect(page.getByText("There is no such operation")).toBeVisible();
  watch.allowStatus(500, "/api/openapi.json");
  const broken = { status: 500, json: { error: { code: "internal", message: "something went wrong on our side" } } };
  await page.route("**/api/openapi.json", (route) => route.fulfill(broken));
  await page.goto("/api-docs");
  await expect(page.getByText("something went wrong on our side")).toBeVisible();
  await page.unroute("**/api/openapi.json");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText(/\d+ operations of this server/)).toBeVisible();
});
