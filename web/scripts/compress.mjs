// Writes .br and .gz beside every compressible file of dist over 1 KB: the server picks, and never compresses itself.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const dist = new URL("../dist/", import.meta.url).pathname;
const compressible = /\.(?:js|css|html|svg|json|txt|webmanifest)$/;
const brotli = promisify(brotliCompress);
const gz = promisify(gzip);

for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  // index.html carries a nonce that changes with every answer, so it cannot be compressed ahead.
  if (!entry.isFile() || !compressible.test(entry.name) || entry.name === "index.html") continue;
  const bytes = await readFile(path);
  if (bytes.length <= 1024) continue;
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  await Promise.all([
    brotli(bytes, { params }).then((out) => writeFile(`${path}.br`, out)),
    gz(bytes, { level: 9 }).then((out) => writeFile(`${path}.gz`, out)),
  ]);
}
