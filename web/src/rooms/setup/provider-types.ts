/** The types that the wizard offers: a new one is a new entry. */
import type { PlainKey } from "@/i18n";
import type { texts } from "./texts";

export interface ProviderType {
  type: string;
  name: string;
  title: PlainKey<typeof texts>;
  text: PlainKey<typeof texts>;
  /** Filled in; empty when only its owner knows it. */
  baseUrl: string;
  addressLooks?: string;
  /** Found by its region and signed in to with AWS credentials: no address is asked for. */
  byRegion?: boolean;
  /** Servers of one's own, often in a private network. */
  local?: boolean;
  /** What a key of it looks like; none needed without. */
  keyLooks?: string;
  /** Model names that lead to it without being set up, and that chat. */
  chats: RegExp;
  /** Asked first, best first. */
  favourites: readonly string[];
  /** Whether its models have to be set up before they are called. */
  needsModels?: boolean;
  /** Whether names are given by its owner, so that a list of models does not help. */
  namesTyped?: boolean;
}

/** Names of models that do something else than chat. */
export const NOT_CHAT =
  /embed|whisper|tts|audio|realtime|transcribe|image|dall-e|moderation|rerank|turbo-instruct|search/i;

export const PROVIDER_TYPES: readonly ProviderType[] = [
  {
    type: "openai",
    name: "openai",
    title: "openai",
    text: "openaiText",
    baseUrl: "https://api.openai.com",
    keyLooks: "sk-…",
    chats: /^(gpt-|o[134](-|$)|chatgpt-)/,
    favourites: ["gpt-5-mini", "gpt-4.1-mini", "gpt-4o-mini"],
  },
  {
    type: "anthropic",
    name: "anthropic",
    title: "anthropic",
    text: "anthropicText",
    baseUrl: "https://api.anthropic.com",
    keyLooks: "sk-ant-…",
    chats: /^claude-/,
    favourites: ["claude-haiku-4-5", "claude-sonnet-4-5"],
  },
  {
    type: "google",
    name: "google",
    title: "google",
    text: "googleText",
    baseUrl: "https://generativelanguage.googleapis.com",
    keyLooks: "AIza…",
    chats: /^gemini-/,
    favourites: ["gemini-3-flash", "gemini-2.5-flash"],
  },
  {
    type: "azure",
    name: "azure",
    title: "azure",
    text: "azureText",
    baseUrl: "",
    addressLooks: "https://NAME.openai.azure.com",
    keyLooks: "…",
    chats: /./,
    favourites: [],
    needsModels: true,
    namesTyped: true,
  },
  {
    type: "bedrock",
    name: "bedrock",
    title: "bedrock",
    text: "bedrockText",
    baseUrl: "",
    byRegion: true,
    chats: /./,
    favourites: ["us.anthropic.claude-haiku", "eu.anthropic.claude-haiku", "anthropic.claude", "amazon.nova"],
    needsModels: true,
  },
  {
    type: "custom",
    name: "local",
    title: "custom",
    text: "customText",
    baseUrl: "",
    addressLooks: "http://localhost:11434",
    local: true,
    chats: /./,
    favourites: [],
    needsModels: true,
  },
];

export const typeOf = (type: string): ProviderType =>
  PROVIDER_TYPES.find((one) => one.type === type) ?? (PROVIDER_TYPES[0] as ProviderType);

/** Where the usual local servers listen. */
export const LOCAL_SERVERS = [
  { name: "Ollama", baseUrl: "http://localhost:11434" },
  { name: "vLLM", baseUrl: "http://localhost:8000" },
  { name: "LM Studio", baseUrl: "http://localhost:1234" },
] as const;

/** Whether an address is in a private network, as far as its text tells. The server judges what a name resolves to. */
export function looksPrivate(address: string): boolean {
  let host: string;
  try {
    host = new URL(address).hostname;
  } catch {
    return false;
  }
  return (
    /^(localhost|.*\.(localhost|local|internal|lan))$/i.test(host) ||
    (/^[\d.]+$/.test(host) &&
      /^(127|10)\.|^192\.168\.|^172\.(1[6-9]|2\d|3[01])\.|^100\.(6[4-9]|[789]\d|1[01]\d|12[0-7])\./.test(host)) ||
    /^\[(::1|f[cd].*)\]$/i.test(host) ||
    // A name without a dot is one of this network or of a compose file.
    !/[.:]/.test(host)
  );
}

/** Which models to offer for a first call, the one to begin with first. */
export function chatModels(ids: readonly string[], type: ProviderType): string[] {
  const rank = (id: string) => {
    const index = type.favourites.findIndex((favourite) => id.startsWith(favourite));
    return index < 0 ? type.favourites.length : index;
  };
  return ids
    .filter((id) => type.chats.test(id) && !NOT_CHAT.test(id))
    .sort((a, b) => rank(a) - rank(b) || a.length - b.length || a.localeCompare(b));
}
