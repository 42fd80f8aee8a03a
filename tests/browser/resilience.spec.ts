/** Lost connections, expired sessions and failing servers: each has a state that a person understands, and nothing typed is lost. */
import type { Page } from "@playwright/test";
import { expect, expectAccessible, type Server, signIn, test, without } from "./harness/index.ts";

test.use({ as: null });

const row = (page: Page, text: string) => page.getByRole("row").filter({ hasText: text });

/** A form with something in it. */
async function typed(page: Page, server: Server, name: string) {
  await page.goto(`${server.console}/users?open=new`);
  const form = page.getByRole("dialog", { name: "Add user" });
  await form.getByLabel("E-mail").fill(`${name}@example.org`);
  await form.getByLabel("Name", { exact: true }).fill(`The ${name}`);
  await form.getByLabel("Password", { exact: true }).fill("Correct-Horse-8");
  const intact = async () => {
    await expect(form.getByLabel("E-mail")).toHaveValue(`${name}@example.org`);
    await expect(form.getByLabel("Name", { exact: true })).toHaveValue(`The ${name}`);
    await expect(form.getByLabel("Password", { exact: true })).toHaveValue("Correct-Horse-8");
  };
  const send = () => form.getByRole("button", { name: "Add user" }).click();
  const done = async () => {
    await expect(page.getByText(`The ${name} was added`, { exact: true })).toBeVisible();
    await expect(form).toBeHidden();
    await expect(row(page, `The ${name}`)).toBeVisible();
  };
  return { form, intact, send, done };
}

test("a form survives a server that goes away and comes back", async ({ page, start, watch }) => {
  watch.allowLost();
  const server = await start();
  await signIn(page.context(), server);
  const { form, intact, send, done } = await typed(page, server, "patient");

  await server.halt();
  await send();
  await expect(form.getByText("The server does not answer")).toBeVisible();
  await expect(form.getByText("what you typed is still here")).toBeVisible();
  await expect(page.getByText("No connection to the server")).toBeVisible();
  await intact();
  await expectAccessible(page);

  await server.go();
  // By itself, without a press of anything.
  await expect(page.getByText("No connection to the server")).toBeHidden({ timeout: 20_000 });
  await intact();
  await send();
  await done();
});

test("a room that is entered while the server is away waits for it", async ({ page, start, watch }) => {
  watch.allowLost();
  const server = await start();
  await signIn(page.context(), server);
  await page.goto(`${server.console}/users`);
  await expect(row(page, "Ada Admin")).toBeVisible();

  await server.halt();
  const navigation = page.getByRole("navigation", { name: "Navigation" });
  await navigation.getByRole("link", { name: "Models" }).click();
  await expect(page.getByText("No connection to the server")).toBeVisible();
  await expect(page).toHaveURL(/\/models$/);
  await expectAccessible(page);

  await server.go();
  // By itself, without a press of anything.
  await expect(page.getByRole("heading", { level: 1, name: "Models" })).toBeVisible({ timeout: 25_000 });
  await expect(page.getByText("No connection to the server")).toBeHidden();
});

test("a list that was there stays there while the server is away", async ({ page, start, watch }) => {
  watch.allowLost();
  const server = await start();
  await signIn(page.context(), server);
  await page.goto(`${server.console}/users`);
  await expect(row(page, "Ada Admin")).toBeVisible();
  await server.halt();
  await page.getByRole("button", { name: "Refresh" }).click();
  await expect(page.getByText("No connection to the server")).toBeVisible();
  await expect(row(page, "Ada Admin")).toBeVisible();
});

test("a session that ends asks for the password over the form, and goes on", async ({ page, start, watch }) => {
  watch.allowStatus(401);
  const server = await start();
  const second = { email: "second@example.org", display_name: "Second", password: "Correct-Horse-9" };
  const { id } = await server.api.post<{ id: string }>("/api/admin/users", { ...second, roles: ["admin"] });
  await signIn(page.context(), server, second);
  const { send, done } = await typed(page, server, "returning");

  await server.api.post(`/api/admin/users/${id}/force-logout`);
  await send();
  const expired = page.getByRole("dialog", { name: "Session expired" });
  await expect(expired.getByText("nothing you typed is lost")).toBeVisible();
  await expect(expired.getByText(second.email)).toBeVisible();
  await expectAccessible(page);

  await expired.getByLabel("Password", { exact: true }).fill("Wrong-Horse-1");
  await expired.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(expired.getByRole("alert")).toBeVisible();
  await expired.getByLabel("Password", { exact: true }).fill(second.password);
  await expired.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(expired).toBeHidden();
  // What was sent goes out again by itself.
  await done();
});

test("an expired session can be left to somebody else", async ({ page, start, watch }) => {
  watch.allowStatus(401);
  const server = await start();
  await signIn(page.context(), server);
  await page.goto(`${server.console}/users`);
  await expect(row(page, "Ada Admin")).toBeVisible();
  await page.context().clearCookies();
  await page.getByRole("button", { name: "Refresh" }).click();
  await page.getByRole("button", { name: "Sign in as somebody else" }).click();
  await expect(page).toHaveURL(/\/login$/);
  await expect(page.getByLabel("E-mail")).toHaveValue("");
});

test("a list that fails says why, and is there when it is asked for again", async ({ page, start, watch }) => {
  watch.allowStatus(500, "/api/keys");
  const server = await start();
  await signIn(page.context(), server);
  await without(server, "api_keys", async () => {
    await page.goto(`${server.console}/keys`);
    await expect(page.getByText("The list could not be loaded")).toBeVisible({ timeout: 15_000 });
    await expect(page.getByText("something went wrong on our side").first()).toBeVisible();
    await expectAccessible(page);
  });
  await page.getByRole("button", { name: "Try again" }).first().click();
  await expect(row(page, "first key")).toBeVisible();
});

test("a console that cannot tell who one is says so, and goes on when it can", async ({ page, start, watch }) => {
  watch.allowStatus(500, "/api/auth/me");
  // The router reports what it catches.
  watch.allow(/ApiError: something went wrong on our side/);
  const server = await start();
  await signIn(page.context(), server);
  await without(server, "user_roles", async () => {
    await page.goto(`${server.console}/users`);
    await expect(page.getByText("This page could not be shown")).toBeVisible({ timeout: 15_000 });
    await expectAccessible(page);
  });
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(row(page, "Ada Admin")).toBeVisible();
});

test("a form whose server fails keeps what was typed", async ({ page, start, watch }) => {
  watch.allowStatus(500, "/api/admin/users");
  const server = await start();
  await signIn(page.context(), server);
  const { form, intact, send, done } = await typed(page, server, "stubborn");
  await without(server, "audit_log", async () => {
    await send();
    // The note names the request, so that it can be found in the server's log.
    await expect(form.getByRole("alert").getByText("Request")).toBeVisible();
    await intact();
    await expectAccessible(page);
  });
  await send();
  await done();
});
