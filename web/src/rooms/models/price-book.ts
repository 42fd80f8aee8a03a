/** Which price is in force, as the gateway finds it: the provider's own entry before the list of its type. */
import type { Model, Price, Provider, Rates } from "./queries";

export const CLASSES = [
  "input",
  "output",
  "cache_read",
  "cache_write_5m",
  "cache_write_1h",
  "reasoning",
  "audio_input",
  "audio_output",
  "image",
  "request",
] as const;
export type PriceClass = (typeof CLASSES)[number];

export interface InForce {
  rates: Rates;
  price: Price;
  /** Set for this provider, not taken from the list. */
  own: boolean;
}

export type PriceBook = ReadonlyMap<string, readonly Price[]>;

/** Finds prices by their model: the list has thousands of rows, and every row of ours asks several times. */
export function bookOf(prices: readonly Price[]): PriceBook {
  const book = new Map<string, Price[]>();
  for (const price of prices) {
    const known = book.get(price.upstream_model);
    if (known) known.push(price);
    else book.set(price.upstream_model, [price]);
  }
  return book;
}

export function inForce(
  book: PriceBook,
  provider: Provider | undefined,
  upstream: string,
  now: number,
): InForce | undefined {
  if (!provider) return undefined;
  const newest = (fits: (price: Price) => boolean, name = upstream) =>
    (book.get(name) ?? [])
      .filter((price) => fits(price) && Date.parse(price.effective_from) <= now)
      .reduce<Price | undefined>(
        (best, price) => (best && Date.parse(best.effective_from) >= Date.parse(price.effective_from) ? best : price),
        undefined,
      );
  const own = newest((price) => price.provider_id === provider.id);
  const inList = (name: string) =>
    newest((one) => !one.provider_id && one.provider_type === provider.provider_type, name);
  const price = own ?? firstOf(namesListed(provider.provider_type, upstream), inList);
  return price && { rates: price.rates, price, own: own !== undefined };
}

/** Where a model of Bedrock may run, as the ids of inference profiles begin. */
const PROFILE = /^(us|eu|apac|global|us-gov|jp|au|in)\./;

/** Bedrock's models have many names; profiles are listed only where they cost something else than their model. */
function namesListed(type: string, upstream: string): string[] {
  if (type !== "bedrock") return [upstream];
  const id = upstream.replace(/^arn:.*\//, "");
  return [upstream, id, id.replace(PROFILE, "")];
}

function firstOf<A, B>(all: readonly A[], find: (one: A) => B | undefined): B | undefined {
  for (const one of all) {
    const found = find(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What the list says, whatever was set since. */
export function listed(book: PriceBook, provider: Provider | undefined, upstream: string, now: number) {
  return provider && inForce(book, { ...provider, id: "" }, upstream, now);
}

export interface ModelPrice {
  /** Of the first route that has one. */
  shown: InForce | undefined;
  /** Routes without a price. */
  missing: number;
  /** Whether routes differ in what they cost. */
  varies: boolean;
}

export function priceOf(
  model: Model,
  book: PriceBook,
  providers: ReadonlyMap<string, Provider>,
  now: number,
): ModelPrice {
  const all = [...model.routes]
    .filter((route) => route.enabled)
    .sort((a, b) => a.priority - b.priority || b.weight - a.weight)
    .map((route) => inForce(book, providers.get(route.provider_id), route.upstream_model, now));
  const known = all.filter((one) => one !== undefined);
  const said = new Set(known.map(({ rates }) => `${rates.input ?? ""} ${rates.output ?? ""}`));
  return { shown: known[0], missing: all.length - known.length, varies: said.size > 1 };
}
