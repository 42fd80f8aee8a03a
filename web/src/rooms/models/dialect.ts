/** The formats that a provider can be asked in, and what a route may say of it. */
import type { PlainKey } from "@/i18n";
import type { Provider } from "./queries";
import type { texts } from "./texts";

/** Chosen by the client's format and the model. */
export const AUTO = "auto";

/** Those that calls are translated to, with their names. Embeddings are not: they are what they are. */
const NAMES: Readonly<Record<string, PlainKey<typeof texts>>> = {
  responses: "dialectResponses",
  chat: "dialectChat",
  messages: "dialectMessages",
  gemini: "dialectGemini",
  converse: "dialectConverse",
};

export const dialectName = (dialect: string): PlainKey<typeof texts> => NAMES[dialect] ?? "dialectAuto";

/** In what this provider can be asked for an answer. */
export const askable = (provider: Provider | undefined): string[] =>
  Object.keys(NAMES).filter((dialect) => provider?.config.dialects.includes(dialect));
