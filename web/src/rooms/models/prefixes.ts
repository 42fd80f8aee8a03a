/** Names that lead to a provider of a type without a model, as long as it has none (PRODUCT: default prefixes). */
import type { Model, Provider } from "./queries";

const PREFIXES: Readonly<Record<string, string>> = {
  openai: "gpt-, o1, o3, o4, chatgpt-, text-embedding-, …",
  anthropic: "claude-",
  google: "gemini-",
};

export const prefixesOf = (provider: Provider | undefined): string | undefined =>
  provider && PREFIXES[provider.provider_type];

/** The providers whose default names would end with these routes, since no other model leads there yet. */
export function endedBy(
  routes: readonly { provider: string }[],
  providers: readonly Provider[],
  others: readonly Model[],
): Provider[] {
  const explicit = new Set(others.flatMap((model) => model.routes.map((route) => route.provider_id)));
  const chosen = new Set(routes.map((route) => route.provider));
  return providers.filter((one) => chosen.has(one.id) && prefixesOf(one) !== undefined && !explicit.has(one.id));
}
