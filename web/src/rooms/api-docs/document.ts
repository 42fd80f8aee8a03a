/** What the OpenAPI document says, in the shape that the page shows it. Pure. */

export interface RawSchema {
  $ref?: string;
  type?: string | readonly string[];
  description?: string;
  properties?: Readonly<Record<string, RawSchema>>;
  required?: readonly string[];
  items?: RawSchema;
  additionalProperties?: boolean | RawSchema;
  oneOf?: readonly RawSchema[];
  allOf?: readonly RawSchema[];
  enum?: readonly unknown[];
  format?: string;
  minimum?: number;
  maximum?: number;
}

interface RawContent {
  content?: Readonly<Record<string, { schema?: RawSchema }>>;
  description?: string;
}

interface RawOperation {
  tags?: readonly string[];
  summary?: string;
  description?: string;
  operationId?: string;
  parameters?: readonly {
    name: string;
    in: string;
    required?: boolean;
    description?: string;
    schema?: RawSchema;
  }[];
  requestBody?: RawContent;
  responses?: Readonly<Record<string, RawContent>>;
}

export interface RawDocument {
  info: { title: string; description?: string; version: string };
  paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
  components?: { schemas?: Readonly<Record<string, RawSchema>> };
}

export interface Shape {
  /** As it is read: `string`, `integer (int64)`, `list of string`, `KeyBody`. */
  type: string;
  nullable: boolean;
  description: string;
  /** Of an object. */
  fields?: readonly Field[];
  /** Of a list: what each row is. Of a map: what each value is. */
  each?: Shape;
  /** One of these. */
  variants?: readonly Shape[];
  choices?: readonly string[];
  limits?: string;
}

export interface Field {
  name: string;
  required: boolean;
  shape: Shape;
}

export interface Response {
  status: string;
  mediaType: string | undefined;
  shape: Shape | undefined;
}

export interface Operation {
  /** Its place in the address: `keys/create`. */
  id: string;
  tag: string;
  method: string;
  path: string;
  summary: string;
  description: string;
  /** Whether one has to be signed in, or have a key. */
  secured: boolean;
  parameters: readonly (Field & { place: string })[];
  body: Shape | undefined;
  successes: readonly Response[];
  errors: readonly string[];
}

export interface Group {
  tag: string;
  operations: readonly Operation[];
}

const METHODS = ["get", "post", "put", "patch", "delete"];

/** These answer 401 too, but it is them that one signs in with. */
const WAYS_IN = new Set(["auth/login", "auth/refresh"]);

export function groupsOf(document: RawDocument): Group[] {
  const groups = new Map<string, Operation[]>();
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const raw = methods[method];
      if (!raw) continue;
      const operation = operationOf(document, path, method, raw);
      const group = groups.get(operation.tag);
      if (group) group.push(operation);
      else groups.set(operation.tag, [operation]);
    }
  }
  return [...groups].sort(([a], [b]) => a.localeCompare(b)).map(([tag, operations]) => ({ tag, operations }));
}

function operationOf(document: RawDocument, path: string, method: string, raw: RawOperation): Operation {
  const tag = raw.tags?.[0] ?? "other";
  const id = `${tag}/${raw.operationId ?? `${method}${path}`}`;
  const responses = Object.entries(raw.responses ?? {});
  const [summary = "", ...more] = (raw.summary ?? raw.description ?? path).split("\n");
  return {
    id,
    tag,
    method: method.toUpperCase(),
    path,
    summary: [summary, ...more].join(" "),
    description: raw.summary ? (raw.description ?? "") : "",
    secured: !WAYS_IN.has(id) && responses.some(([status]) => status === "401"),
    parameters: (raw.parameters ?? []).map((parameter) => ({
      name: parameter.name,
      place: parameter.in,
      required: parameter.required === true,
      shape: { ...shapeOf(document, parameter.schema ?? {}), description: parameter.description ?? "" },
    })),
    body: contentOf(document, raw.requestBody)?.shape,
    successes: responses
      .filter(([status]) => status.startsWith("2"))
      .map(([status, response]) => ({
        status,
        mediaType: undefined,
        shape: undefined,
        ...contentOf(document, response),
      })),
    errors: responses.map(([status]) => status).filter((status) => !status.startsWith("2")),
  };
}

function contentOf(document: RawDocument, raw: RawContent | undefined) {
  const [first] = Object.entries(raw?.content ?? {});
  if (!first) return undefined;
  const [mediaType, { schema }] = first;
  return { mediaType, shape: schema ? shapeOf(document, schema) : undefined };
}

/** Follows references, joins `allOf`, and reads `null` as a property of the rest. */
export function shapeOf(document: RawDocument, schema: RawSchema, within: readonly string[] = []): Shape {
  const description = schema.description ?? "";
  if (schema.$ref) {
    const name = schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1);
    const target = document.components?.schemas?.[name];
    // A type inside itself is named, not opened for ever.
    if (!target || within.includes(name)) return { type: name, nullable: false, description };
    const shape = shapeOf(document, target, [...within, name]);
    return { ...shape, type: shape.fields ? name : shape.type, description: description || shape.description };
  }
  if (schema.allOf) {
    const parts = schema.allOf.map((part) => shapeOf(document, part, within));
    return { type: "object", nullable: false, description, fields: parts.flatMap((part) => part.fields ?? []) };
  }
  if (schema.oneOf) {
    const variants = schema.oneOf.filter((one) => one.type !== "null");
    const nullable = variants.length < schema.oneOf.length;
    const [only] = variants;
    if (only && variants.length === 1) {
      const shape = shapeOf(document, only, within);
      return { ...shape, nullable, description: description || shape.description };
    }
    return { type: "one of", nullable, description, variants: variants.map((one) => shapeOf(document, one, within)) };
  }
  const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? []);
  const base = { nullable: types.includes("null"), description };
  const type = types.find((one) => one !== "null") ?? "any";
  if (type === "array") {
    const each = shapeOf(document, schema.items ?? {}, within);
    return { ...base, type: `list of ${each.type}`, each };
  }
  if (schema.properties) {
    const fields = Object.entries(schema.properties).map(([name, property]) => ({
      name,
      required: schema.required?.includes(name) === true,
      shape: shapeOf(document, property, within),
    }));
    return { ...base, type: "object", fields };
  }
  if (typeof schema.additionalProperties === "object") {
    const each = shapeOf(document, schema.additionalProperties, within);
    return { ...base, type: `map of ${each.type}`, each };
  }
  const limits = [
    schema.minimum === undefined ? "" : `≥ ${schema.minimum}`,
    schema.maximum === undefined ? "" : `≤ ${schema.maximum}`,
  ].filter(Boolean);
  return {
    ...base,
    type: schema.format ? `${type} (${schema.format})` : type,
    ...(schema.enum ? { choices: schema.enum.map(String) } : {}),
    ...(limits.length > 0 ? { limits: limits.join(", ") } : {}),
  };
}

/** Every word has to be somewhere in what names the operation. */
export function search(groups: readonly Group[], text: string): Group[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return groups
    .map(({ tag, operations }) => ({
      tag,
      operations: operations.filter((one) => {
        const names = `${one.method} ${one.path} ${one.id} ${one.summary}`.toLowerCase();
        return words.every((word) => names.includes(word));
      }),
    }))
    .filter(({ operations }) => operations.length > 0);
}
