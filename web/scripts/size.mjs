// Compressed bytes of script (and style) that the first page loads: what index.html names. Fails above the budget.
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const BUDGET_KB = 250;
const dist = new URL("../dist/", import.meta.url);
const html = await readFile(new URL("index.html", dist), "utf8");
const named = [...new Set([...html.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)].map((m) => m[1]))];

let script = 0;
for (const name of named) {
  const bytes = gzipSync(await readFile(new URL(name, dist)), { level: 9 }).length;
  if (name.endsWith(".js")) script += bytes;
  console.log(`${(bytes / 1024).toFixed(1).padStart(8)} KB  ${name}`);
}
console.log(`${(script / 1024).toFixed(1).padStart(8)} KB  first-load script, gzip (budget ${BUDGET_KB} KB)`);
if (script > BUDGET_KB * 1024) process.exit(1);
