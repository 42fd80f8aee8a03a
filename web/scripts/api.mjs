// Writes src/api/schema.d.ts from the committed OpenAPI document. With --check: only says whether it is up to date.
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const target = new URL("../src/api/schema.d.ts", import.meta.url);
const banner = "// Made by `npm run api` from docs/openapi.json. Do not edit.\n\n";
const document = JSON.parse(await readFile(new URL("../../docs/openapi.json", import.meta.url), "utf8"));
// Calls are named by method and path here. Operation ids are not used, and the generator refuses repeated ones.
for (const methods of Object.values(document.paths)) {
  for (const operation of Object.values(methods)) delete operation.operationId;
}
const wanted = banner + astToString(await openapiTS(document));

if (!process.argv.includes("--check")) {
  await writeFile(target, wanted);
} else if ((await readFile(target, "utf8").catch(() => "")) !== wanted) {
  console.error("src/api/schema.d.ts differs from docs/openapi.json: run `npm run api` and commit the result");
  process.exit(1);
}
