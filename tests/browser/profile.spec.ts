import { ADMIN, expect, expectAccessible, narrow, signIn, test } from "./harness/index.ts";

test("a name is changed, and shown everywhere at once", async ({ page }) => {
  await page.goto("/profile");
  const name = page.getByLabel("Name", { exact: true });
  await expect(name).toHaveValue(ADMIN.display_name);
  await expect(page.getByRole("button", { name: "Save name" })).toHaveAttribute("aria-disabled", "true");
  await expectAccessible(page);
  await name.fill("Zoë Admin");
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(page.getByText("Your name was saved").first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Your account" })).toHaveText("Z");
});

test("sessions: this one is marked, others end one by one or all", async ({ page, server }) => {
  const others = [1, 2, 3].map(() =>
    fetch(`${server.console}/api/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "curl/8.9.1" },
      body: JSON.stringify({ email: ADMIN.email, password: ADMIN.password }),
    }),
  );
  await Promise.all(others);
  await page.goto("/profile");
  const mine = page.getByRole("listitem").filter({ hasText: "This one" });
  await expect(mine).toContainText("Chrome");
  await expect(mine.getByRole("button")).toHaveCount(0);
  const scripts = page.getByRole("listitem").filter({ hasText: "curl 8.9.1" });
  await expect(scripts).toHaveCount(3);
  await scripts.first().getByRole("button", { name: "End curl 8.9.1" }).click();
  await expect(page.getByRole("dialog")).toContainText("has to sign in again");
  await page.getByRole("dialog").getByRole("button", { name: "End" }).click();
  await expect(scripts).toHaveCount(2);
  await narrow(page);
  await expectAccessible(page);
  await page.getByRole("button", { name: "End all others" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "End all others" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "Signed in" })).toHaveCount(1);
  // Still signed in here.
  await page.reload();
  await expect(mine).toBeVisible();
});

test("a password is changed; the old one is asked for, and ends", async ({ page, start, watch }) => {
  watch.allowStatus(400, "/api/auth/password");
  const server = await start();
  await signIn(page.context(), server);
  await page.goto(`${server.console}/profile`);
  const old = page.getByLabel("Current password");
  const fresh = page.getByLabel("New password");
  await old.fill("Wrong-Horse-7");
  await fresh.fill("weak");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(fresh).toHaveAccessibleDescription(/At least 8 characters/);
  await fresh.fill("Better-Horse-8");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(old).toHaveAccessibleDescription("this is not your password");
  await expect(fresh).toHaveValue("Better-Horse-8");
  await old.fill(ADMIN.password);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("Your password was changed").first()).toBeVisible();
  await expect(old).toHaveValue("");
  await expect(server.api.signIn(ADMIN)).rejects.toThrow("401");
  await server.api.signIn({ email: ADMIN.email, password: "Better-Horse-8" });
});

test("language and theme are kept", async ({ page }) => {
  await page.goto("/profile");
  await page.getByRole("radio", { name: "Dark" }).click();
  await page.getByRole("radio", { name: "中文" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "个人资料" })).toBeVisible();
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect(page.locator("html")).toHaveAttribute("lang", "zh");
  await page.getByRole("radio", { name: "English" }).click();
  await page.getByRole("radio", { name: "System" }).click();
  await expect(page.locator("html")).not.toHaveAttribute("data-theme", "dark");
});
