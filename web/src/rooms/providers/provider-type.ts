/**
 * The types of providers. A new one is one file in `types/`: it is found by being there. The form, the list and the
 * sheets know nothing of single types.
 */
import type { LucideIcon } from "lucide-react";
import type { ComponentType } from "react";
import type { Texts } from "@/i18n";

/** What a type says of itself, in every language. */
type Said = Record<"name" | "about" | "addressHint" | "keyHint", string>;

export interface ProviderType {
  /** As the API writes it. */
  id: string;
  /** Where it stands when one is chosen. */
  order: number;
  icon: LucideIcon;
  texts: Texts<Said>;
  address: { needed: boolean; placeholder: string };
  key: { needed: boolean; placeholder: string };
  /** Where a key is made. */
  keyPage?: string;
  /** Names that lead here without a model, as long as the provider has none. */
  prefixes: readonly string[];
  /** What one of this type usually speaks. */
  dialects: readonly string[];
  /** Fields that only this type has. They read and write the form around them (`useFormFields`). */
  Fields?: ComponentType;
}

const files = import.meta.glob<{ type: ProviderType }>("./types/*.{ts,tsx}", { eager: true });

export const TYPES: readonly ProviderType[] = Object.values(files)
  .map(({ type }) => type)
  .sort((a, b) => a.order - b.order);

/** The type of a saved provider; undefined for one that a newer server knows. */
export const typeOf = (id: string): ProviderType | undefined => TYPES.find((type) => type.id === id);
