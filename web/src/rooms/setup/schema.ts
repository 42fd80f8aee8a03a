/** What is typed in the wizard, in the shape and with the names of the request: the server's errors find their fields. */
import { z } from "zod";
import type { T } from "@/i18n";
import { looksPrivate, typeOf } from "./provider-types";
import { missingOf, NO_CONFIG, type Reach } from "./reach";
import type { texts } from "./texts";

export const STEPS = ["account", "provider", "key"] as const;
export type Step = (typeof STEPS)[number];

export interface Wish {
  admin: { display_name: string; email: string; password: string };
  with_provider: boolean;
  provider: Reach & { provider_type: string; name: string };
  with_key: boolean;
  api_key: { name: string };
}

export const DEFAULTS: Wish = {
  admin: { display_name: "", email: "", password: "" },
  with_provider: true,
  provider: {
    provider_type: "openai",
    name: "openai",
    base_url: typeOf("openai").baseUrl,
    api_key: "",
    allow_private_network: false,
    sign_in: "access_key",
    config: NO_CONFIG,
  },
  with_key: true,
  api_key: { name: "first-key" },
};

/** The server's rules for a password, one by one, so that each can be ticked while it is typed. */
export const PASSWORD_RULES = [
  ["ruleLength", (text: string) => [...text].length >= 8],
  ["ruleUpper", (text: string) => /\p{Lu}/u.test(text)],
  ["ruleLower", (text: string) => /\p{Ll}/u.test(text)],
  ["ruleDigit", (text: string) => /\d/.test(text)],
] as const;

export function wishSchema(t: T<(typeof texts)["en"]>): z.ZodType<Wish, Wish> {
  const needed = (text: string) => text.trim() !== "";
  return z
    .object({
      admin: z.object({
        display_name: z.string(),
        email: z
          .string()
          .trim()
          .min(1, t("missing"))
          .regex(/^\S+@\S+$/, t("notEmail")),
        password: z
          .string()
          .min(1, t("missing"))
          .refine((text) => text === "" || PASSWORD_RULES.every(([, holds]) => holds(text)), t("weakPassword")),
      }),
      with_provider: z.boolean(),
      provider: z.object({
        provider_type: z.string(),
        name: z.string(),
        base_url: z.string(),
        api_key: z.string(),
        allow_private_network: z.boolean(),
        sign_in: z.enum(["access_key", "instance", "api_key"]),
        config: z.object({
          region: z.string(),
          access_key_id: z.string(),
          secret_access_key: z.string(),
          session_token: z.string(),
        }),
      }),
      with_key: z.boolean(),
      api_key: z.object({ name: z.string() }),
    })
    .superRefine((wish, context) => {
      const miss = (...path: string[]) => context.addIssue({ code: "custom", path, message: t("missing") });
      if (wish.with_provider) {
        const type = typeOf(wish.provider.provider_type);
        if (!needed(wish.provider.name)) miss("provider", "name");
        for (const field of missingOf(type.type, wish.provider)) miss("provider", ...field.split("."));
        if (!type.byRegion && looksPrivate(wish.provider.base_url) && !wish.provider.allow_private_network)
          context.addIssue({ code: "custom", path: ["provider", "base_url"], message: t("mayBePrivate") });
      }
      if (wish.with_key && !needed(wish.api_key.name)) miss("api_key", "name");
    });
}

/** The fields of each step. */
export const FIELDS = {
  account: ["admin.display_name", "admin.email", "admin.password"],
  provider: [
    "provider.base_url",
    "provider.config.region",
    "provider.config.access_key_id",
    "provider.config.secret_access_key",
    "provider.api_key",
    "provider.name",
  ],
  key: ["api_key.name"],
} as const;

/** The step that a field is on. */
export function stepOf(field: string): Step {
  if (field.startsWith("provider")) return "provider";
  return field.startsWith("api_key") ? "key" : "account";
}
