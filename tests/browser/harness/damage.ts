/** Real failures of the server, not pretended ones: a table that is not there makes it answer 500. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Server } from "./server.ts";

const RENAME = `
import sqlite3, sys
with sqlite3.connect(sys.argv[1], timeout=10) as store:
    store.execute("PRAGMA legacy_alter_table = ON")
    store.execute(f"ALTER TABLE {sys.argv[2]} RENAME TO {sys.argv[3]}")
`;

/** Does something while a table of the store is missing. Only with a server of the test's own. */
export async function without(server: Server, table: string, act: () => Promise<void>): Promise<void> {
  const rename = (from: string, to: string) =>
    execFileSync("python3", ["-c", RENAME, join(server.folder, "data/thinkwatch.db"), from, to]);
  rename(table, `${table}_away`);
  try {
    await act();
  } finally {
    rename(`${table}_away`, table);
  }
}
