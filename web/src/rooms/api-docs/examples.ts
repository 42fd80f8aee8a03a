/** Examples made from what the document says: a call to paste, and what it answers. Pure. */
import type { Operation, Shape } from "./document";

const BY_NAME: readonly (readonly [RegExp, unknown])[] = [
  [/email/, "ada@example.org"],
  [/password/, "Correct-Horse-7"],
  [/(_at|^from|^to|timestamp)$/, "2026-01-31T12:00:00Z"],
  [/base_url|^url$/, "https://api.openai.com"],
  [/provider_type/, "openai"],
  [/^provider$/, "openai"],
  [/model/, "gpt-5-mini"],
  [/_usd$|^(input|output)$|cost|price/, "0.25"],
  [/api_key|secret/, "sk-…"],
  [/display_name/, "Ada Lovelace"],
  [/name$/, "example"],
  [/ip_address/, "192.0.2.7"],
  [/roles?$/, "developer"],
  [/reason/, "no longer used"],
];

export function exampleOf(shape: Shape, name = "", forRequest = false, depth = 0): unknown {
  if (shape.choices) return shape.choices[0];
  if (shape.variants) return exampleOf(shape.variants[0] ?? EMPTY, name, forRequest, depth);
  if (shape.fields) {
    if (depth > 6) return {};
    // A request says what must be said; if nothing must, what it is likely about.
    const needed = shape.fields.filter(({ required }) => required);
    const fields = !forRequest ? shape.fields : needed.length > 0 ? needed : shape.fields.slice(0, 2);
    return Object.fromEntries(
      fields.map((field) => [field.name, exampleOf(field.shape, field.name, forRequest, depth + 1)]),
    );
  }
  if (shape.each) {
    const each = exampleOf(shape.each, name, forRequest, depth + 1);
    return shape.type.startsWith("map") ? { "x-example": each } : [each];
  }
  if (shape.type.startsWith("boolean")) return true;
  if (shape.type.startsWith("integer")) return name.endsWith("_ms") ? 240 : 1;
  if (shape.type.startsWith("number")) return 0.5;
  if (shape.type === "any") return null;
  return BY_NAME.find(([looks]) => looks.test(name))?.[1] ?? "string";
}

const EMPTY: Shape = { type: "any", nullable: true, description: "" };

/** A call that can be pasted into a terminal once `TOKEN` and what is in capitals of the path is filled in. */
export function curlOf(operation: Operation, origin: string): string {
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => name.toUpperCase());
  const query = operation.parameters
    .filter(({ place, required }) => place === "query" && required)
    .map(({ name, shape }) => `${name}=${encodeURIComponent(String(exampleOf(shape, name, true)))}`)
    .join("&");
  const stream = operation.successes.some(({ mediaType }) => mediaType?.includes("ndjson"));
  const body = operation.body ? JSON.stringify(exampleOf(operation.body, "", true), null, 2) : undefined;
  return [
    `curl ${stream ? "-N " : ""}${operation.method === "GET" ? "" : `-X ${operation.method} `}'${origin}${path}${query ? `?${query}` : ""}'`,
    operation.secured ? `  -H "Authorization: Bearer $TOKEN"` : "",
    body ? `  -H 'Content-Type: application/json'` : "",
    body ? `  -d '${body.replaceAll("'", "'\\''")}'` : "",
  ]
    .filter(Boolean)
    .join(" \\\n");
}
