/** What a spec imports. See ../README.md. */
import { type BrowserContext, test as base, expect } from "@playwright/test";
import { ADMIN, Server, type StartOptions } from "./server.ts";
import { Watch } from "./watch.ts";

export { expectAccessible } from "./accessible.ts";
export { type Answered, type CallOptions, call, calls } from "./calls.ts";
export { without } from "./damage.ts";
export { seedKeys, seedModels, seedProviders, seedUsers } from "./seed.ts";
export { ADMIN, ANTHROPIC_KEY, MODEL, OPENAI_KEY, Server, type StartOptions } from "./server.ts";
export { inBothThemes, NARROW, narrow, THEMES, WIDE, wide } from "./views.ts";
export { expect };

export interface Credentials {
  email: string;
  password: string;
}

interface Options {
  /** Who `page` is signed in as: the administrator unless `test.use({ as: ... })` says otherwise; `null` for nobody. */
  as: Credentials | null;
}

interface Fixtures {
  /** A server that was set up. The tests of a file share it; the next file gets another. */
  server: Server;
  /** Servers of this test alone, ended with it. */
  start: (options?: StartOptions) => Promise<Server>;
  /** Faults that this test provokes. */
  watch: Watch;
}

interface Shared {
  /** The server of the file that runs in this worker. */
  shelf: { file: string; server?: Server };
}

export const test = base.extend<Options & Fixtures, Shared>({
  as: [ADMIN, { option: true }],

  shelf: [
    // biome-ignore lint/correctness/noEmptyPattern: the runner reads the first argument's shape
    async ({}, use) => {
      const shelf: Shared["shelf"] = { file: "" };
      await use(shelf);
      await shelf.server?.end();
    },
    { scope: "worker", timeout: 60_000 },
  ],

  server: async ({ shelf }, use, info) => {
    if (shelf.file !== info.file || !shelf.server) {
      await shelf.server?.end();
      delete shelf.server;
      shelf.server = await Server.start();
      shelf.file = info.file;
    }
    await use(shelf.server);
  },

  start: async ({ watch }, use) => {
    const servers: Server[] = [];
    await use(async (options) => {
      const server = await Server.start(options);
      servers.push(server);
      return server;
    });
    // The page may still be fetching something when the last expectation has come true.
    watch.rest();
    await Promise.all(servers.map((server) => server.end()));
  },

  baseURL: async ({ server }, use) => use(server.console),

  // biome-ignore lint/correctness/noEmptyPattern: as above
  watch: async ({}, use) => {
    const watch = new Watch();
    await use(watch);
    expect.soft(watch.faults(), "faults in the pages of this test").toEqual([]);
  },

  context: async ({ context, watch, server, as }, use) => {
    await watch.over(context);
    if (as) await signIn(context, server, as);
    await use(context);
  },
});

/** Signs a browser in as the sign-in page would: the cookies, and the console's own note that there are some. */
export async function signIn(context: BrowserContext, server: Server, who: Credentials = ADMIN): Promise<void> {
  const { email, password } = who;
  const answer = await context.request.post(`${server.console}/api/auth/login`, { data: { email, password } });
  expect(answer.status(), await answer.text()).toBe(200);
  await context.addInitScript(() => {
    // Once per tab: somebody who signs out in the test stays out.
    if (!location.protocol.startsWith("http") || sessionStorage.getItem("told")) return;
    sessionStorage.setItem("told", "1");
    localStorage.setItem("tw.signed_in", "1");
  });
}
