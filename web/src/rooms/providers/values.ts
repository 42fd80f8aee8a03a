/** What is typed into the form of a provider, and how the API wants it. Pure, so that it is tested without a page. */
import { z } from "zod";
import { ApiError, type Schemas } from "@/api";
import { SECRETS, SETTINGS, type Setting, TYPES, typeOf } from "./provider-type";
import type { Provider } from "./queries";

export interface HeaderValues {
  name: string;
  value: string;
  /** What the server shows of the stored value; leaving `value` empty keeps it. Empty for a new header. */
  stored: string;
}

/** What signs calls, where a type leaves the choice: an access key, the role of the machine we run on, or nothing but a key. */
export type SignIn = "access_key" | "instance" | "api_key";

/** How a saved provider signs in: by the role of the machine where it has nothing of its own. */
export function signInOf(provider: Pick<Provider, "api_key" | "config">): SignIn {
  if (provider.api_key) return "api_key";
  return provider.config.access_key_id ? "access_key" : "instance";
}

export interface ProviderValues extends Record<Setting, string> {
  provider_type: string;
  name: string;
  display_name: string;
  base_url: string;
  api_key: string;
  /** The stored key is to be taken away. */
  without_key: boolean;
  sign_in: SignIn;
  allow_private_network: boolean;
  headers: HeaderValues[];
  dialects: string[];
  ask_usage: boolean;
  keeps_responses: boolean;
  priority: string;
}

type Says = Record<"missing" | "badName" | "badNumber" | "twice" | "needsDialect", string>;

export function valuesSchema(says: Says, stored: Provider | undefined): z.ZodType<unknown, ProviderValues> {
  return z
    .object({
      provider_type: z.string(),
      name: z
        .string()
        .trim()
        .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, says.badName),
      display_name: z.string().trim(),
      base_url: z.string().trim(),
      api_key: z.string().trim(),
      without_key: z.boolean(),
      sign_in: z.enum(["access_key", "instance", "api_key"]),
      ...settingsOf(() => z.string().trim()),
      allow_private_network: z.boolean(),
      headers: z.array(
        z.object({ name: z.string().trim().min(1, says.missing), value: z.string(), stored: z.string() }),
      ),
      dialects: z.array(z.string()).min(1, says.needsDialect),
      ask_usage: z.boolean(),
      keeps_responses: z.boolean(),
      priority: z
        .string()
        .trim()
        .regex(/^-?\d{1,9}$/, says.badNumber),
    })
    .superRefine((values, context) => {
      const wrong = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
      const type = typeOf(values.provider_type);
      for (const field of type?.missing?.(values, stored) ?? []) wrong([field], says.missing);
      if (type?.address?.needed && values.base_url === "") wrong(["base_url"], says.missing);
      // A saved provider may have been made without a key on purpose.
      if (!stored && type?.key.needed && !signs(values) && values.api_key === "") wrong(["api_key"], says.missing);
      const names = values.headers.map((header) => header.name.toLowerCase());
      values.headers.forEach((header, at) => {
        if (header.value === "" && header.stored === "") wrong(["headers", at, "value"], says.missing);
        if (names.indexOf(header.name.toLowerCase()) !== at) wrong(["headers", at, "name"], says.twice);
      });
    }) as unknown as z.ZodType<unknown, ProviderValues>;
}

export function newValues(taken: readonly string[], type = TYPES[0]): ProviderValues {
  return {
    provider_type: type?.id ?? "custom",
    name: type ? freeName(type.id, taken) : "",
    display_name: "",
    base_url: "",
    api_key: "",
    without_key: false,
    sign_in: "access_key",
    ...settingsOf(() => ""),
    allow_private_network: false,
    headers: [],
    dialects: [...(type?.dialects ?? [])],
    ask_usage: true,
    keeps_responses: true,
    priority: "100",
  };
}

/** `openai`, or `openai-2` when that is taken. */
export function freeName(wanted: string, taken: readonly string[]): string {
  let name = wanted;
  for (let at = 2; taken.includes(name); at++) name = `${wanted}-${at}`;
  return name;
}

export function storedValues(provider: Provider): ProviderValues {
  return {
    provider_type: provider.provider_type,
    name: provider.name,
    display_name: provider.display_name,
    base_url: provider.base_url,
    api_key: "",
    without_key: false,
    sign_in: signInOf(provider),
    ...settingsOf((name) => (SECRETS.includes(name) ? "" : (provider.config[name] ?? ""))),
    allow_private_network: provider.allow_private_network,
    headers: Object.entries(provider.config.headers).map(([name, stored]) => ({ name, value: "", stored })),
    dialects: [...provider.config.dialects],
    ask_usage: provider.config.ask_usage,
    keeps_responses: provider.config.keeps_responses,
    priority: String(provider.priority),
  };
}

export function newBody(values: ProviderValues): Schemas["NewProviderBody"] {
  return {
    name: values.name.trim(),
    display_name: values.display_name || null,
    provider_type: values.provider_type,
    ...connection(values, undefined),
    allow_private_network: values.allow_private_network,
    priority: Number(values.priority),
  };
}

export function editBody(values: ProviderValues, stored: Provider): Schemas["ProviderEditBody"] {
  return {
    name: values.name.trim(),
    // Emptied, it is the name again.
    display_name: values.display_name || values.name.trim(),
    ...connection(values, stored),
    ...(keyGoes(values, stored) ? { api_key: null } : {}),
    priority: Number(values.priority),
  };
}

/** For a test of what is in the form, saved or not. */
export function testBody(values: ProviderValues, stored: Provider | undefined): Schemas["ProviderTestBody"] {
  return {
    ...(stored ? { id: stored.id } : {}),
    provider_type: values.provider_type,
    ...connection(values, stored),
    // Here an absent key is the stored one; an empty one is none.
    ...(stored && keyGoes(values, stored) ? { api_key: "" } : {}),
  };
}

/** What the provider is reached with. */
function connection(values: ProviderValues, stored: Provider | undefined) {
  const usual = stored?.config.dialects ?? typeOf(values.provider_type)?.dialects ?? [];
  const other = values.dialects.length !== usual.length || values.dialects.some((dialect) => !usual.includes(dialect));
  return {
    ...((values.base_url.trim() || stored) && asksAddress(values) ? { base_url: values.base_url.trim() } : {}),
    ...(values.api_key.trim() && !signs(values) ? { api_key: values.api_key.trim() } : {}),
    allow_private_network: values.allow_private_network,
    config: {
      headers: Object.fromEntries(values.headers.map(({ name, value, stored }) => [name.trim(), value || stored])),
      // As the type has it unless somebody says otherwise: a later version may know its type better.
      ...(other ? { dialects: values.dialects } : {}),
      ...(values.ask_usage === (stored?.config.ask_usage ?? true) ? {} : { ask_usage: values.ask_usage }),
      ...(values.keeps_responses === (stored?.config.keeps_responses ?? true)
        ? {}
        : { keeps_responses: values.keeps_responses }),
      ...changedSettings(values, stored),
    },
  };
}

const settingsOf = <T>(value: (name: Setting) => T) =>
  Object.fromEntries(SETTINGS.map((name) => [name, value(name)])) as Record<Setting, T>;

const ACCESS_KEY: readonly Setting[] = ["access_key_id", "secret_access_key", "session_token"];

/** Whether calls are signed, so that there is no key that is sent. */
const signs = (values: ProviderValues) =>
  values.sign_in !== "api_key" && (typeOf(values.provider_type)?.settings ?? []).includes("access_key_id");

const keyGoes = (values: ProviderValues, stored: Provider) =>
  signs(values) ? Boolean(stored.api_key) : values.without_key && !values.api_key;

/** What differs from what is stored; emptied, it is removed. */
function changedSettings(values: ProviderValues, stored: Provider | undefined): Partial<Record<Setting, string>> {
  const changed: Partial<Record<Setting, string>> = {};
  for (const name of typeOf(values.provider_type)?.settings ?? []) {
    const before = stored?.config[name] ?? "";
    const goes = ACCESS_KEY.includes(name) && values.sign_in !== "access_key";
    const typed = goes ? "" : values[name].trim();
    // A session token belongs to its access key: with another one it goes.
    const kept = SECRETS.includes(name) && (name !== "session_token" || values.secret_access_key.trim() === "");
    if (typed === "" && kept && !goes) continue;
    if (typed !== before) changed[name] = typed;
  }
  return changed;
}

/**
 * The server names a header; the form knows it by its place. And what it says of a private address names a field of the
 * API; the form has a checkbox for it.
 */
export function atItsField(error: unknown, values: ProviderValues, isPrivate: string): unknown {
  if (!(error instanceof ApiError)) return error;
  const { status, code, message, field, retryAfterSecs, requestId } = error;
  const same = { status, code, message, field, retryAfterSecs, requestId };
  if (code === "private_address") {
    return new ApiError({ ...same, message: isPrivate, ...(hidden(values, field) ? { field: "endpoint" } : {}) });
  }
  if (hidden(values, field)) return new ApiError({ ...same, field: "endpoint" });
  const prefix = "config.headers.";
  if (!field?.startsWith(prefix)) return error;
  const name = field.slice(prefix.length);
  const at = values.headers.findIndex((header) => header.name.trim().toLowerCase() === name);
  return at < 0 ? error : new ApiError({ ...same, field: `headers[${at}].name` });
}

/** A type that this console does not know is shown as most are. */
function asksAddress(values: ProviderValues): boolean {
  const type = typeOf(values.provider_type);
  return !type || type.address !== undefined;
}

/** An address that is not asked for came from the endpoint. */
const hidden = (values: ProviderValues, field: string | undefined) => field === "base_url" && !asksAddress(values);

export const FIELD_NAMES = {
  "config.region": "region",
  "config.endpoint": "endpoint",
  "config.api_version": "api_version",
  "config.access_key_id": "access_key_id",
  "config.secret_access_key": "secret_access_key",
  "config.session_token": "session_token",
  "config.headers": "headers",
  "config.dialects": "dialects",
  "config.ask_usage": "ask_usage",
  "config.keeps_responses": "keeps_responses",
} as const;
