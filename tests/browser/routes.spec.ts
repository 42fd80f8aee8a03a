/** Routes that fail: how the list of models shows them, and what the details of a call tell of the plan. */
import type { Page } from "@playwright/test";
import { call, expect, expectAccessible, inBothThemes, type Server, test } from "./harness/index.ts";

const row = (page: Page, text: string) => page.getByRole("row").filter({ hasText: text });

/** A model whose first route leads to where nobody listens. */
async function twoRoutes(server: Server): Promise<void> {
  await server.api.post(
    "/api/admin/providers",
    server.provider("nobody", "openai", { base_url: "http://127.0.0.1:9/v1" }),
  );
  await server.api.post("/api/admin/models", {
    model_id: "well-covered",
    routes: [
      { provider: "nobody", upstream_model: "gpt-sim", priority: 0 },
      { provider: "openai", upstream_model: "gpt-sim", priority: 1 },
    ],
  });
}

test("a route that fails is said to, and the plan of a call tells why it went elsewhere", async ({ page, server }) => {
  await twoRoutes(server);
  const first = await call(server, { model: "well-covered", session: "planned" });
  expect(first.status).toBe(200);

  await page.goto(`/logs?session_id=planned&open=${first.id}`);
  const details = page.getByRole("dialog");
  const plan = details.getByRole("region", { name: "Routes planned" });
  await expect(plan).toContainText("By priority");
  await expect(plan.getByRole("listitem")).toHaveText([/^1\s*nobody.*priority 0/i, /^2\s*openai.*priority 1/i]);
  await expectAccessible(page);
  await inBothThemes(page, async () => {
    await expectAccessible(page);
  });

  // Enough for its breaker to open.
  for (let turn = 0; turn < 12; turn += 1) await call(server, { model: "well-covered", hasty: true });
  await page.goto("/models");
  await expect(row(page, "well-covered").getByText("nobody: fails, calls go elsewhere")).toBeVisible({
    timeout: 20_000,
  });
  await expectAccessible(page);

  const later = await call(server, { model: "well-covered", session: "planned" });
  await page.goto(`/logs?session_id=planned&open=${later.id}`);
  await expect(plan.getByRole("listitem")).toHaveText([
    /^1\s*openai/,
    /^2\s*nobody.*behind the others: it failed too often/,
  ]);
});
