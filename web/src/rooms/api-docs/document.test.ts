import { describe, expect, it } from "vitest";
import text from "../../../../docs/openapi.json?raw";
import { groupsOf, type RawDocument, type RawSchema, search, shapeOf } from "./document";
import { curlOf, exampleOf } from "./examples";

const real: RawDocument = JSON.parse(text);
const groups = groupsOf(real);
const all = groups.flatMap(({ operations }) => operations);

const small: RawDocument = {
  info: { title: "", version: "" },
  paths: {},
  components: {
    schemas: {
      Leaf: { type: "object", description: "A leaf.", required: ["a"], properties: { a: { type: "string" } } },
      Tree: { type: "object", properties: { left: { $ref: "#/components/schemas/Tree" } } },
    },
  },
};

describe("shapeOf", () => {
  const cases: [string, RawSchema, object][] = [
    [
      "a type or nothing",
      { type: ["integer", "null"], format: "int32", minimum: 1 },
      { type: "integer (int32)", nullable: true, limits: "≥ 1" },
    ],
    ["a reference", { $ref: "#/components/schemas/Leaf" }, { type: "Leaf", description: "A leaf." }],
    [
      "a reference or nothing",
      { oneOf: [{ $ref: "#/components/schemas/Leaf", description: "Mine." }, { type: "null" }] },
      { type: "Leaf", nullable: true, description: "Mine." },
    ],
    [
      "parts joined",
      { allOf: [{ $ref: "#/components/schemas/Leaf" }, { type: "object", properties: { b: { type: "boolean" } } }] },
      {
        fields: [
          { name: "a", required: true },
          { name: "b", required: false },
        ],
      },
    ],
    [
      "a list",
      { type: "array", items: { $ref: "#/components/schemas/Leaf" } },
      { type: "list of Leaf", each: { type: "Leaf" } },
    ],
    ["a map", { type: "object", additionalProperties: { type: "string" } }, { type: "map of string" }],
    ["choices", { type: "string", enum: ["x", "y"] }, { choices: ["x", "y"] }],
    [
      "a type inside itself",
      { $ref: "#/components/schemas/Tree" },
      { fields: [{ name: "left", shape: { type: "Tree" } }] },
    ],
  ];
  it.each(cases)("%s", (_name, schema, expected) => expect(shapeOf(small, schema)).toMatchObject(expected));
});

describe("the document of this server", () => {
  it("is read whole, and every operation has an address of its own", () => {
    const count = Object.values(real.paths).flatMap((methods) => Object.keys(methods)).length;
    expect(all.length).toBe(count);
    expect(new Set(all.map(({ id }) => id)).size).toBe(count);
  });

  it("gives an example of every body that has all that is required", () => {
    for (const { id, body } of all) {
      if (!body) continue;
      const example = exampleOf(body, "", true) as Record<string, unknown>;
      const needed = body.fields?.filter(({ required }) => required).map(({ name }) => name) ?? [];
      expect([id, Object.keys(example)]).toEqual([id, expect.arrayContaining(needed)]);
    }
  });

  it.each([
    ["auth/login", `curl -X POST 'https://x.org/api/auth/login' \\\n  -H 'Content-Type: application/json' \\\n  -d '{`],
    ["keys/list", `curl 'https://x.org/api/keys' \\\n  -H "Authorization: Bearer $TOKEN"`],
    ["keys/rotate", `curl -X POST 'https://x.org/api/keys/ID/rotate' \\\n  -H "Authorization`],
    ["setup/status", `curl 'https://x.org/api/setup/status'`],
  ])("%s as a call to paste", (id, begins) => {
    const operation = all.find((one) => one.id === id);
    expect(operation && curlOf(operation, "https://x.org").slice(0, begins.length)).toBe(begins);
  });

  it.each([
    ["rotate", ["keys/rotate"]],
    ["POST /api/keys enable", ["keys/enable"]],
    ["nothing of the kind", []],
  ])("search for %s", (text, ids) =>
    expect(search(groups, text).flatMap(({ operations }) => operations.map(({ id }) => id))).toEqual(ids),
  );
});
