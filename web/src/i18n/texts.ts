/**
 * Texts live next to the feature that shows them and travel in its chunk. A library with one global catalogue would ship
 * every room's texts in the first load and check neither keys nor parameters; these 60 lines do both.
 *
 *   export const texts = defineTexts({
 *     en: { title: "Users", deleted: "{name} was deleted", count: "{n|# user|# users}" },
 *     zh: { title: "用户", deleted: "已删除 {name}", count: "{n|# 个用户}" },
 *   });
 *   const t = useTexts(texts);
 *   t("deleted", { name });
 *
 * `{n|one|other}` picks by the plural rules of the language (one form: always that one); `#` is the number.
 */
import { useMemo } from "react";
import { type Language, locale, useLanguage } from "./language";

type Names<S extends string> = S extends `${string}{${infer Inside}}${infer Rest}`
  ? (Inside extends `${infer Name}|${string}` ? Name : Inside) | Names<Rest>
  : never;

type Catalogue = Readonly<Record<string, string>>;

export interface Texts<C extends Catalogue> {
  readonly en: C;
  readonly zh: { readonly [K in keyof C]: string };
}

type Arguments<S extends string> = [Names<S>] extends [never] ? [] : [params: Record<Names<S>, string | number>];

/** The keys whose texts take no parameters: for tables that name a text. */
export type PlainKey<X> =
  X extends Texts<infer C> ? { [K in keyof C]: [Names<C[K]>] extends [never] ? K : never }[keyof C] : never;

/** Gives the text of a key in the language of the page. */
export type T<C extends Catalogue> = <K extends keyof C>(key: K, ...args: Arguments<C[K]>) => string;

export function defineTexts<const C extends Catalogue>(texts: {
  en: C;
  zh: { readonly [K in keyof NoInfer<C>]: string };
}): Texts<C> {
  return texts;
}

export function useTexts<C extends Catalogue>(texts: Texts<C>): T<C> {
  const language = useLanguage();
  return useMemo(() => translator(texts, language), [texts, language]);
}

export function translator<C extends Catalogue>(texts: Texts<C>, language: Language): T<C> {
  return (key, ...args) => fill(texts[language][key], args[0] ?? {}, locale(language));
}

const PLACEHOLDER = /\{(\w+)(?:\|([^{}]*))?\}/g;

export function fill(text: string, params: Readonly<Record<string, string | number>>, locale: string): string {
  return text.replace(PLACEHOLDER, (whole, name: string, forms: string | undefined) => {
    const value = params[name];
    if (value === undefined) return whole;
    if (forms === undefined) return typeof value === "number" ? value.toLocaleString(locale) : value;
    const [one = "", other = one] = forms.split("|");
    const form = new Intl.PluralRules(locale).select(Number(value)) === "one" ? one : other;
    return form.replace("#", value.toLocaleString(locale));
  });
}

/** The names of a text's placeholders, for the parity test. */
export function placeholders(text: string): string[] {
  return [...new Set([...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? ""))].sort();
}
