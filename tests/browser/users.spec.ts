/** Users: added, edited, kept out and let in again; who may do that, and to whom. */
import type { Browser, Page } from "@playwright/test";
import {
  ADMIN,
  type Credentials,
  call,
  expect,
  expectAccessible,
  narrow,
  type Server,
  seedUsers,
  signIn,
  test,
} from "./harness/index.ts";

const PASSWORD = "Correct-Horse-8";

const row = (page: Page, text: string) => page.getByRole("row").filter({ hasText: text });
const dialog = (page: Page, name: string) => page.getByRole("dialog", { name });

/** Opens the menu of a user's row. */
const menu = (page: Page, name: string) =>
  page.getByRole("button", { name: `Actions for ${name}`, exact: true }).click();

async function act(page: Page, name: string, what: string): Promise<void> {
  await menu(page, name);
  await page.getByRole("menuitem", { name: what, exact: true }).click();
}

interface Person extends Credentials {
  id: string;
}

/** A person of the test's own, called `name`. */
async function person(server: Server, name: string, role = "developer"): Promise<Person> {
  const email = `${name.toLowerCase()}@example.org`;
  const body = { email, display_name: name, password: PASSWORD, roles: [role] };
  const { id } = await server.api.post<{ id: string }>("/api/admin/users", body);
  return { id, email, password: PASSWORD };
}

/** Whether the server takes it: the answer to a sign-in from somewhere else. */
async function login(server: Server, email: string, password: string): Promise<number> {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ email, password });
  return (await fetch(`${server.console}/api/auth/login`, { method: "POST", headers, body })).status;
}

/** A browser of somebody else, beside the administrator's. */
async function elsewhere(browser: Browser, server: Server, who: Credentials): Promise<Page> {
  const context = await browser.newContext();
  await signIn(context, server, who);
  const page = await context.newPage();
  await page.goto(`${server.console}/profile`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  return page;
}

test("a user is added, and what is wrong is said at its field", async ({ page, server, watch }) => {
  await page.goto("/users");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Add user" }).click();
  const sheet = dialog(page, "Add user");
  const email = sheet.getByLabel("E-mail");
  const password = sheet.getByLabel("Password", { exact: true });
  await email.fill("not an address");
  await password.fill("weak");
  await sheet.getByRole("button", { name: "Add user" }).click();
  await expect(email).toHaveAttribute("aria-invalid", "true");
  await expect(password).toHaveAttribute("aria-invalid", "true");
  await expect(sheet.getByText("Not an e-mail address")).toBeVisible();
  await expect(sheet.getByText("Too weak")).toBeVisible();
  await expect(email, "the first one that is wrong").toBeFocused();
  await expectAccessible(page);

  // The address of somebody who is there: only the server knows.
  watch.allowStatus(409, "/api/admin/users");
  await email.fill(ADMIN.email.toUpperCase());
  await sheet.getByLabel("Name", { exact: true }).fill("Grace Hopper");
  await password.fill(PASSWORD);
  await sheet.getByRole("button", { name: "Add user" }).click();
  await expect(email).toHaveAttribute("aria-invalid", "true");
  await expect(email).toBeFocused();
  await expect(password, "nothing typed is lost").toHaveValue(PASSWORD);

  await email.fill("grace@example.org");
  await sheet.getByRole("checkbox", { name: "Auditor" }).click();
  await sheet.getByRole("button", { name: "Add user" }).click();
  await expect(page.getByText("Grace Hopper was added", { exact: true })).toBeVisible();
  await expect(row(page, "grace@example.org")).toContainText("Auditor");
  expect(await login(server, "grace@example.org", PASSWORD)).toBe(200);
});

test("a service account has a name and no password", async ({ page, server }) => {
  await page.goto("/users?open=new");
  const sheet = dialog(page, "Add user");
  await expect(sheet.getByRole("checkbox", { name: "Service", exact: true }), "not for people").toHaveCount(0);
  await sheet.getByRole("switch", { name: "Service account" }).click();
  await expect(sheet.getByLabel("Password", { exact: true })).toHaveCount(0);
  await expect(sheet.getByRole("checkbox", { name: "Service", exact: true })).toBeChecked();
  await expectAccessible(page);
  await sheet.getByLabel("Name of the service").fill("nightly-evaluation");
  await sheet.getByRole("button", { name: "Add user" }).click();
  await expect(row(page, "nightly-evaluation")).toBeVisible();
  await page.goto("/users?kind=machines");
  await expect(row(page, "nightly-evaluation")).toBeVisible();
  await expect(row(page, ADMIN.email)).toHaveCount(0);
  await menu(page, "nightly-evaluation");
  await expect(page.getByRole("menuitem", { name: "Reset password" })).toHaveCount(0);
  const { items } = await server.api.get<{ items: { service_account: boolean }[] }>(
    "/api/admin/users?q=nightly-evaluation",
  );
  expect(items.map((user) => user.service_account)).toEqual([true]);
});

test("an edit of somebody changed meanwhile is stopped", async ({ page, server, watch }) => {
  const { id } = await person(server, "Edited");
  await page.goto(`/users?open=${id}`);
  const sheet = dialog(page, "Edit user");
  const name = sheet.getByLabel("Name", { exact: true });
  await expect(name).toHaveValue("Edited");
  await name.fill("Mine");
  await server.api.patch(`/api/admin/users/${id}`, { display_name: "Theirs" });
  watch.allowStatus(412, `/api/admin/users/${id}`);
  await sheet.getByRole("button", { name: "Save changes" }).click();
  await expect(sheet.getByText("Somebody else changed this meanwhile")).toBeVisible();
  await expect(name, "nothing typed is lost").toHaveValue("Mine");
  await expectAccessible(page);
  await sheet.getByRole("button", { name: "Load it" }).click();
  await expect(name).toHaveValue("Theirs");
  await name.fill("Agreed");
  await sheet.getByRole("checkbox", { name: "Operator" }).click();
  await sheet.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Agreed was saved", { exact: true })).toBeVisible();
  await expect(row(page, "Agreed")).toContainText("Operator");
});

test("who is deactivated is out with everything, and comes back without the keys", async ({
  page,
  server,
  browser,
}) => {
  const who = await person(server, "Dormant");
  const { key } = await server.api.post<{ key: string }>("/api/keys", { name: "of Dormant", user_id: who.id });
  expect((await call(server, { key })).status).toBe(200);
  const theirs = await elsewhere(browser, server, who);

  await page.goto("/users");
  await act(page, "Dormant", "Deactivate");
  const asked = dialog(page, "Deactivate Dormant?");
  await expect(asked.locator("dl")).toHaveText("API keys1Sessions1");
  await expect(asked.getByRole("button", { name: "Deactivate" })).toBeDisabled();
  await expect(asked.getByText("revoked for good")).toBeVisible();
  await expectAccessible(page);
  await asked.getByLabel("To confirm, type").fill(who.email);
  await asked.getByRole("button", { name: "Deactivate" }).click();
  await expect(row(page, who.email)).toContainText("Inactive");
  await expect.poll(async () => (await call(server, { key })).status).toBe(401);
  expect(await login(server, who.email, who.password)).toBe(401);
  await theirs.goto(`${server.console}/profile`);
  await expect(theirs).toHaveURL(/\/login/);
  await theirs.context().close();

  await page.goto("/users?state=inactive");
  await expect(row(page, ADMIN.email)).toHaveCount(0);
  await act(page, "Dormant", "Activate");
  await expect(page.getByText("Dormant is active again", { exact: true })).toBeVisible();
  await expect(page.getByText("new ones are needed").first()).toBeVisible();
  expect(await login(server, who.email, who.password)).toBe(200);
  expect((await call(server, { key })).status, "revoked, as the dialog said").toBe(401);
  const fresh = await server.api.post<{ key: string }>("/api/keys", { name: "new of Dormant", user_id: who.id });
  expect((await call(server, { key: fresh.key })).status).toBe(200);
});

test("a reset password is the one that works", async ({ page, server, browser }) => {
  const who = await person(server, "Forgetful");
  const theirs = await elsewhere(browser, server, who);
  await page.goto("/users");
  await act(page, "Forgetful", "Reset password");
  const asked = dialog(page, "Reset password");
  await asked.getByLabel("New password", { exact: true }).fill("weak");
  await asked.getByRole("button", { name: "Reset password" }).click();
  await expect(asked.getByLabel("New password", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await expectAccessible(page);
  await asked.getByLabel("New password", { exact: true }).fill("Another-Horse-9");
  await asked.getByRole("button", { name: "Reset password" }).click();
  await expect(page.getByText("Forgetful has a new password", { exact: true })).toBeVisible();

  expect(await login(server, who.email, who.password)).toBe(401);
  await theirs.goto(`${server.console}/profile`);
  await theirs.getByLabel("E-mail").fill(who.email);
  await theirs.getByLabel("Password", { exact: true }).fill("Another-Horse-9");
  await theirs.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(theirs).toHaveURL(/\/profile$/);
  await theirs.context().close();
});

test("who is signed out everywhere has to sign in again, and the keys go on", async ({ page, server, browser }) => {
  const who = await person(server, "Roaming");
  const { key } = await server.api.post<{ key: string }>("/api/keys", { name: "of Roaming", user_id: who.id });
  const theirs = await elsewhere(browser, server, who);
  await page.goto("/users");
  await act(page, "Roaming", "Sign out everywhere");
  const asked = dialog(page, "Sign Roaming out?");
  await expect(asked.locator("dl")).toHaveText("Sessions1");
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Actions for Roaming", exact: true })).toBeFocused();
  await act(page, "Roaming", "Sign out everywhere");
  await asked.getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(page.getByText("1 session ended", { exact: true })).toBeVisible();
  await theirs.goto(`${server.console}/keys`);
  await expect(theirs).toHaveURL(/\/login/);
  await theirs.context().close();
  expect((await call(server, { key })).status).toBe(200);
});

test("who is deleted is gone, once the name is typed", async ({ page, server }) => {
  const who = await person(server, "Leaving");
  const { key } = await server.api.post<{ key: string }>("/api/keys", { name: "of Leaving", user_id: who.id });
  await page.goto("/users");
  await act(page, "Leaving", "Delete");
  const asked = dialog(page, "Delete Leaving?");
  await expect(asked.locator("dl")).toHaveText("API keys1Sessions0");
  const verb = asked.getByRole("button", { name: "Delete" });
  await asked.getByLabel("To confirm, type").fill("leaving");
  await expect(verb).toBeDisabled();
  await expectAccessible(page);
  await asked.getByLabel("To confirm, type").fill(who.email);
  await verb.click();
  await expect(page.getByText("Leaving was deleted", { exact: true })).toBeVisible();
  await expect(row(page, who.email)).toHaveCount(0);
  await expect.poll(async () => (await call(server, { key })).status).toBe(401);
});

test("somebody can always administer", async ({ page, server, watch }) => {
  await page.goto("/users");
  await menu(page, ADMIN.display_name);
  for (const what of ["Reset password", "Deactivate", "Delete"]) {
    await expect(page.getByRole("menuitem", { name: what })).toHaveAttribute("aria-disabled", "true");
  }
  await expect(page.getByText("Not on your own account.").first()).toBeVisible();
  await page.getByRole("menuitem", { name: "Edit" }).click();
  const sheet = dialog(page, "Edit user");
  await sheet.getByRole("checkbox", { name: "Super admin" }).click();
  await sheet.getByRole("checkbox", { name: "Admin", exact: true }).click();
  watch.allowStatus(403, "/api/admin/users");
  await sheet.getByRole("button", { name: "Save changes" }).click();
  await expect(sheet.getByRole("alert")).toContainText("the last active super admin cannot be removed");
  const me = await server.api.get<{ roles: string[] }>("/api/auth/me");
  expect(me.roles).toEqual(["super_admin"]);
});

test("an administrator cannot touch who is above", async ({ page, server, context }) => {
  const who = await person(server, "Deputy", "admin");
  await context.clearCookies();
  await signIn(context, server, who);
  await page.goto("/users");
  await menu(page, ADMIN.display_name);
  for (const what of ["Edit", "Reset password", "Sign out everywhere", "Deactivate", "Delete"]) {
    const item = page.getByRole("menuitem", { name: what });
    await expect(item).toHaveAttribute("aria-disabled", "true");
    await expect(item).toContainText("Their role is above your own.");
  }
  await page.keyboard.press("Escape");
  await row(page, ADMIN.email).click();
  const sheet = dialog(page, "Edit user");
  await expect(sheet.getByRole("checkbox", { name: "Super admin" })).toBeDisabled();
  await expect(sheet.getByRole("button", { name: "Save changes" })).toHaveAttribute("aria-disabled", "true");
  await expectAccessible(page);
});

test("a developer has no such room", async ({ page, server, context }) => {
  const who = await person(server, "Coder");
  await context.clearCookies();
  await signIn(context, server, who);
  await page.goto("/keys");
  await expect(
    page.getByRole("navigation", { name: "Navigation" }).getByRole("link", { name: "API keys" }),
  ).toBeVisible();
  await expect(page.getByRole("link", { name: "Users" })).toHaveCount(0);
  await page.goto("/users");
  // Said in words, and without asking the server for what it would refuse.
  await expect(page.getByRole("heading", { name: "This page is not open to you" })).toBeVisible();
  await expect(page.getByText("Ask an administrator")).toBeVisible();
  await expect(page.getByRole("button", { name: "Add user" })).toHaveCount(0);
  await expectAccessible(page);
  await page.getByRole("link", { name: "Back" }).click();
  await expect(page).toHaveURL(/\/$/);
});

test("five hundred: searched, sorted and paged by the server, and opened by keyboard", async ({ page, server }) => {
  test.setTimeout(180_000);
  // Machines, since the hash of a password takes its time on purpose.
  await seedUsers(server, 500, { service_account: true, roles: ["service"] });
  await page.goto("/users?q=person.");
  await expect(page.getByRole("row")).toHaveCount(51);
  await page.getByRole("button", { name: "E-mail" }).click();
  await expect(page.getByRole("row").nth(1)).toContainText("person.0@example.org");
  await page.getByRole("button", { name: "E-mail" }).click();
  // Not among the newest fifty, which is what the page held before.
  await expect(page.getByRole("row").nth(1)).toContainText("person.9@example.org");
  await expect(page).toHaveURL(/sort=-email/);
  await page.getByRole("button", { name: "Next page" }).click();
  await expect(page.getByText("51–100")).toBeVisible();
  await page.getByRole("searchbox").fill("person-407");
  await expect(page.getByRole("row")).toHaveCount(2);
  await page.getByRole("searchbox").fill("nobody like that");
  await expect(page.getByRole("heading", { name: "Nothing matches" })).toBeVisible();

  await page.goto("/users?q=person.&sort=email");
  await expect(page.getByRole("row").nth(1)).toContainText("person.0@example.org");
  const second = page.getByRole("row").nth(2);
  const email = (await second.getByText(/@example\.org$/).textContent()) ?? "";
  await page.getByRole("row").nth(1).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  const sheet = dialog(page, "Edit user");
  await expect(sheet.getByLabel("Name of the service")).toHaveValue(email);
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
  await expect(second, "one goes on where one was").toBeFocused();
  await expectAccessible(page);
  await narrow(page);
  await expectAccessible(page);
  await row(page, "person.13@example.org").click();
  await expect(sheet.getByLabel("Name of the service")).toBeVisible();
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
});

test("an address without an end breaks, on a phone", async ({ page, server }) => {
  const email = `${"a-rather-long-first-name.and-a-longer-last-name".repeat(2)}@research.europe.example.org`;
  await server.api.post("/api/admin/users", { email, display_name: "Long", service_account: true });
  await narrow(page);
  await page.goto("/users?q=Long");
  await act(page, "Long", "Delete");
  const asked = dialog(page, "Delete Long?");
  await expect(asked.getByText(email)).toBeVisible();
  await expect(asked.getByRole("button", { name: "Delete" })).toBeInViewport({ ratio: 1 });
  const [inside, outside] = await asked
    .locator("form")
    .evaluate((form) => [form.scrollWidth, form.parentElement?.clientWidth ?? 0]);
  expect(inside).toBeLessThanOrEqual(outside);
});
