// Whether every npm package has a licence that we take: the list is that of deny.toml, at the root, for both languages.
import { readFile } from "node:fs/promises";

// Packages that run on developers' machines and are in no build of ours, or are waived here by name, each with its reason.
const WAIVED = {
  argparse: { license: "Python-2.0", reason: "reads YAML for the generator of API types; not in the bundle" },
  "graceful-fs": { license: "BlueOak-1.0.0", reason: "permissive; read by the build only" },
  isbot: {
    license: "Unlicense",
    reason: "public domain; the router asks it when it renders on a server, which it never does here",
  },
};

const read = (path) => readFile(new URL(path, import.meta.url), "utf8");
const list = /^allow = \[([^\]]*)\]/m.exec(await read("../../deny.toml"))?.[1] ?? "";
const allowed = new Set([...list.matchAll(/"([^"]+)"/g)].map((found) => found[1]));
const { packages } = JSON.parse(await read("../package-lock.json"));

/** One of several licences suffices; those joined by AND are all needed. */
function taken(expression) {
  const plain = expression.replace(/^\(|\)$/g, "");
  return plain.split(" OR ").some((one) => one.split(" AND ").every((part) => allowed.has(part)));
}

const faults = [];
const unused = new Set(Object.keys(WAIVED));
let count = 0;
for (const [path, { license }] of Object.entries(packages)) {
  if (path === "") continue;
  count += 1;
  const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
  if (license && taken(license)) continue;
  if (license && WAIVED[name]?.license === license) unused.delete(name);
  else faults.push(`${name}: ${license ?? "no licence"} is not in the list of deny.toml`);
}
for (const name of unused) faults.push(`${name}: is waived and need not be: remove it from WAIVED`);
if (allowed.size === 0) faults.push("deny.toml has no list of licences");

for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
console.log(`licences of ${count} packages: all taken`);
