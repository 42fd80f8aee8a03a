/** What the wizard makes of the types of providers: which those are is said in `rooms/providers/types`. */
import { TYPES, type ProviderType as Type } from "@/rooms/providers/provider-type";

export interface ProviderType {
  type: string;
  /** Suggested. */
  name: string;
  icon: Type["icon"];
  texts: Type["texts"];
  /** Filled in; empty when only its owner knows it. */
  baseUrl: string;
  addressLooks: string | undefined;
  /** Found by its region and signed in to with AWS credentials: no address is asked for. */
  byRegion: boolean;
  /** Servers of one's own, often in a private network. */
  local: boolean;
  /** What a key of it looks like; none needed without. */
  keyLooks: string | undefined;
  /** Model names that lead to it without being set up, and that chat. */
  chats: RegExp;
  /** Asked first, best first. */
  favourites: readonly string[];
  /** Whether its models have to be set up before they are called. */
  needsModels: boolean;
  /** Whether names are given by its owner, so that a list of models does not help. */
  namesTyped: boolean;
}

/** Names of models that do something else than chat. */
export const NOT_CHAT =
  /embed|whisper|tts|audio|realtime|transcribe|image|dall-e|moderation|rerank|turbo-instruct|search/i;

/** Where the usual local servers listen. */
export const LOCAL_SERVERS = [
  { name: "Ollama", baseUrl: "http://localhost:11434" },
  { name: "vLLM", baseUrl: "http://localhost:8000" },
  { name: "LM Studio", baseUrl: "http://localhost:1234" },
] as const;

export const PROVIDER_TYPES: readonly ProviderType[] = TYPES.map(
  ({ id, icon, texts, address, key, prefixes, wizard }) => ({
    type: id,
    name: wizard.name ?? id,
    icon,
    texts,
    baseUrl: address && !address.needed ? address.placeholder : "",
    addressLooks: wizard.local ? LOCAL_SERVERS[0].baseUrl : address?.placeholder,
    byRegion: address === undefined,
    local: wizard.local === true,
    keyLooks: key.needed ? key.placeholder || "…" : undefined,
    chats: wizard.chats,
    favourites: wizard.favourites,
    needsModels: prefixes.length === 0,
    namesTyped: wizard.namesTyped === true,
  }),
);

export const typeOf = (type: string): ProviderType =>
  PROVIDER_TYPES.find((one) => one.type === type) ?? (PROVIDER_TYPES[0] as ProviderType);

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
