import { defineConfig } from "@playwright/test";
import { WIDE } from "./harness/views.ts";

const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";

export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  outputDir: process.env.TW_BROWSER_OUT ?? "/tmp/thinkwatch-browser",
  // A test that passes at the second try is a test that fails now and then: it counts as failed.
  retries: 0,
  forbidOnly: true,
  // The tests of a file share a server and run in order; files run beside each other.
  fullyParallel: false,
  workers: Number(process.env.TW_BROWSER_WORKERS ?? 2),
  timeout: 45_000,
  expect: { timeout: 7_500 },
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    locale: "en-US",
    timezoneId: "Europe/Berlin",
    viewport: WIDE,
    colorScheme: "light",
    // Movement is taste, and waiting for it is time: both are for people.
    reducedMotion: "reduce",
    actionTimeout: 10_000,
    screenshot: "only-on-failure",
    trace: process.env.TW_BROWSER_TRACE ? "retain-on-failure" : "off",
    launchOptions: {
      executablePath: chromium,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
