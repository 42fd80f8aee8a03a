/**
 * The types of providers. A new one is one file in `types/`: it is found by being there. The form, the list and the
 * sheets know nothing of single types.
 */
import type { LucideIcon } from "lucide-react";
import type { ComponentType } from "react";
import type { Texts } from "@/i18n";
import type { Provider } from "./queries";
import type { ProviderValues } from "./values";

/** What a type says of itself, in every language. */
type Said = Record<"name" | "about" | "addressHint" | "keyHint", string>;

/** Texts of `config` that only some types have. */
export const SETTINGS = [
  "region",
  "endpoint",
  "api_version",
  "access_key_id",
  "secret_access_key",
  "session_token",
] as const;
export type Setting = (typeof SETTINGS)[number];

/** Those that the server never shows: an empty field keeps what is stored. */
export const SECRETS: readonly Setting[] = ["secret_access_key", "session_token"];

/** A first call right after the setup. */
interface Wizard {
  /** Suggested as the provider's name; its id without. */
  name?: string;
  /** Names of its models that chat. */
  chats: RegExp;
  /** Asked first, best first. */
  favourites: readonly string[];
  /** Servers of one's own, often in a private network. */
  local?: boolean;
  /** Whether names are given by its owner, so that a list of models does not help. */
  namesTyped?: boolean;
}

export interface ProviderType {
  /** As the API writes it. */
  id: string;
  /** Where it stands when one is chosen. */
  order: number;
  icon: LucideIcon;
  texts: Texts<Said>;
  /** Absent when the address follows from other fields. */
  address?: { needed: boolean; placeholder: string };
  key: { needed: boolean; placeholder: string };
  /** Where a key is made. */
  keyPage?: string;
  /** Names that lead here without a model, as long as the provider has none. */
  prefixes: readonly string[];
  /** What one of this type usually speaks. */
  dialects: readonly string[];
  settings?: readonly Setting[];
  /** Fields of `Connection` that must be filled in and are not. */
  missing?: (values: ProviderValues, stored: Provider | undefined) => readonly (Setting | "api_key")[];
  /** Instead of address and key: fields that say where it is and how one signs in. */
  Connection?: ComponentType<{ stored: Provider | undefined }>;
  /** Fields that only this type has. They read and write the form around them (`useFormFields`). */
  Fields?: ComponentType;
  /** What the setup wizard needs beyond. */
  wizard: Wizard;
  /** What to know when its models are chosen. */
  modelsHint?: Texts<Record<"hint", string>>;
}

const files = import.meta.glob<{ type: ProviderType }>("./types/*.{ts,tsx}", { eager: true });

export const TYPES: readonly ProviderType[] = Object.values(files)
  .map(({ type }) => type)
  .sort((a, b) => a.order - b.order);

/** The type of a saved provider; undefined for one that a newer server knows. */
export const typeOf = (id: string): ProviderType | undefined => TYPES.find((type) => type.id === id);
