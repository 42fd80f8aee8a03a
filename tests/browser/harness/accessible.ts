/** What axe finds. Serious and critical findings fail a test, in both themes. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, type Page } from "@playwright/test";
import type { AxeResults, RunOptions } from "axe-core";
import { inBothThemes } from "./views.ts";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES: RunOptions = {
  resultTypes: ["violations"],
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
};

interface Axe {
  run(context: unknown, options: unknown): Promise<AxeResults>;
}

/** Checks what is shown now, in light and in dark. `within` is a selector; without it the whole page. */
export async function expectAccessible(page: Page, within?: string): Promise<void> {
  await inBothThemes(page, async (theme) => {
    expect.soft(await findings(page, within), `axe, ${theme}, ${new URL(page.url()).pathname}`).toEqual([]);
  });
}

/** What is found twice, a moment apart: a page that is being drawn anew has, for a frame, the colours of two themes. */
export async function findings(page: Page, within?: string): Promise<string[]> {
  const first = await look(page, within);
  if (first.length === 0) return first;
  await page.waitForTimeout(500);
  return look(page, within);
}

async function look(page: Page, within?: string): Promise<string[]> {
  await page.evaluate(settled);
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(source);
  const results = await page.evaluate(
    ([context, options]) => (window as unknown as { axe: Axe }).axe.run(context ?? document, options),
    [within, RULES] as const,
  );
  const bad = results.violations.filter((one) => one.impact === "serious" || one.impact === "critical");
  return bad.flatMap((one) =>
    one.nodes.map((node) => `${one.impact} ${one.id}: ${node.target.join(" ")}: ${node.failureSummary ?? one.help}`),
  );
}

/** Colours that are still on their way have contrasts that nobody gets to see. Spinners turn for ever and are not waited for. */
async function settled(): Promise<void> {
  const finite = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
  await Promise.all(finite.map((one) => one.finished.catch(() => undefined)));
}
