import { expect, it } from "vitest";
import { bookOf, inForce, listed } from "./price-book";
import type { Price, Provider } from "./queries";

const NOW = Date.parse("2026-06-01T00:00:00Z");
const provider = { id: "prv_1", provider_type: "openai" } as Provider;

function price(input: string, effective_from: string, of: Partial<Price> = {}): Price {
  return {
    upstream_model: "m",
    provider_type: "openai",
    provider_id: null,
    effective_from,
    rates: { input },
    ...of,
  } as Price;
}

const OWN = { provider_id: "prv_1" };
const check = (prices: Price[]) => inForce(bookOf(prices), provider, "m", NOW)?.rates.input;

it.each<[string, Price[], string | undefined]>([
  ["nothing", [], undefined],
  ["the list of its type", [price("1", "2026-01-01T00:00:00Z")], "1"],
  ["the newest", [price("1", "2026-01-01T00:00:00Z"), price("2", "2026-03-01T00:00:00Z")], "2"],
  ["not one of the future", [price("1", "2026-01-01T00:00:00Z"), price("2", "2026-07-01T00:00:00Z")], "1"],
  ["its own before the list", [price("1", "2026-05-01T00:00:00Z"), price("2", "2026-01-01T00:00:00Z", OWN)], "2"],
  ["not another provider's", [price("1", "2026-01-01T00:00:00Z", { provider_id: "prv_2" })], undefined],
  ["not another type's", [price("1", "2026-01-01T00:00:00Z", { provider_type: "custom" })], undefined],
  ["not another model's", [price("1", "2026-01-01T00:00:00Z", { upstream_model: "n" })], undefined],
])("in force is %s", (_what, prices, expected) => expect(check(prices)).toBe(expected));

it.each([
  ["bedrock", "a.m", "1"],
  ["bedrock", "eu.a.m", "1"],
  ["bedrock", "us.a.m", "2"],
  ["bedrock", "arn:aws:bedrock:us-east-1:123:inference-profile/us.a.m", "2"],
  ["bedrock", "mars.a.m", undefined],
  ["custom", "eu.a.m", undefined],
])("a model of %s called %s has the price %s", (type, upstream, expected) => {
  const listed = (name: string, input: string) =>
    price(input, "2026-01-01T00:00:00Z", { upstream_model: name, provider_type: type });
  const book = bookOf([listed("a.m", "1"), listed("us.a.m", "2")]);
  const found = inForce(book, { id: "prv_1", provider_type: type } as Provider, upstream, NOW);
  expect(found?.rates.input).toBe(expected);
});

it("the list is found behind an own price", () => {
  const book = bookOf([price("1", "2026-01-01T00:00:00Z"), price("2", "2026-01-01T00:00:00Z", OWN)]);
  expect(listed(book, provider, "m", NOW)?.rates.input).toBe("1");
});
