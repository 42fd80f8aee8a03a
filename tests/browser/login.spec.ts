import type { Page } from "@playwright/test";
import { ADMIN, expect, expectAccessible, narrow, test } from "./harness/index.ts";

test.use({ as: null });

async function signIn(page: Page, password = ADMIN.password): Promise<void> {
  await page.getByLabel("E-mail").fill(ADMIN.email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.keyboard.press("Enter");
}

test("signing in leads to where one wanted to go, and out again", async ({ page }) => {
  await page.goto("/users?q=ada");
  await expect(page).toHaveURL(/\/login\?next=/);
  await expect(page.getByLabel("E-mail")).toBeFocused();
  await expectAccessible(page);
  await narrow(page);
  await expectAccessible(page);
  await signIn(page);
  await expect(page).toHaveURL(/\/users\?q=ada$/);
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/login$/);
});

test("an address of somebody else's site is not followed", async ({ page, server }) => {
  await page.goto("/login?next=//example.com/");
  await signIn(page);
  await expect(page).toHaveURL(`${server.console}/`);
});

test("a wrong password is said at its field, and what was typed stays", async ({ page, watch }) => {
  watch.allowStatus(401, "/api/auth/login");
  await page.goto("/login");
  await signIn(page, "Wrong-Horse-7");
  await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(
    "E-mail or password is wrong.",
  );
  await expect(page.getByLabel("E-mail")).toHaveValue(ADMIN.email);
  await expectAccessible(page);
});

test("a server that is away: a state one understands, and it works when it is back", async ({ page, start, watch }) => {
  watch.allowLost();
  const server = await start();
  await page.goto(`${server.console}/login`);
  await page.getByLabel("E-mail").fill(ADMIN.email);
  await server.halt();
  await page.getByLabel("Password", { exact: true }).fill(ADMIN.password);
  await page.keyboard.press("Enter");
  await expect(page.getByText("The server does not answer")).toBeVisible();
  await expect(page.getByText("No connection to the server")).toBeVisible();
  await server.go();
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(`${server.console}/`);
});

test("too many attempts: says when to try again", async ({ page, start, watch }) => {
  watch.allowStatus(401, "/api/auth/login");
  watch.allowStatus(429, "/api/auth/login");
  const server = await start();
  for (let turn = 0; turn < 30; turn += 1)
    await server.api.post("/api/auth/login", { email: ADMIN.email, password: "Wrong-Horse-7" }).catch(() => undefined);
  await page.goto(`${server.console}/login`);
  await signIn(page);
  await expect(page.getByText(/Try again in [\d,]+ second/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Sign in" })).toHaveAttribute("aria-disabled", "true");
  await expectAccessible(page);
});
