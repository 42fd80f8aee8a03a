/** How the provider of the wizard is reached, and what of it goes into a request. Pure. */
import type { Schemas } from "@/api";
import type { SignIn } from "@/rooms/providers/values";
import { typeOf } from "./provider-types";

/** The address and credential as they are typed, in the shape of the request. */
export interface Reach {
  base_url: string;
  api_key: string;
  allow_private_network: boolean;
  /** What signs calls, where a type leaves the choice. */
  sign_in: SignIn;
  config: { region: string; access_key_id: string; secret_access_key: string; session_token: string };
}

export const NO_CONFIG: Reach["config"] = { region: "", access_key_id: "", secret_access_key: "", session_token: "" };

type Stored = Pick<Schemas["ProviderBody"], "api_key" | "config">;

/** The fields that must be filled in and are not. What is stored need not be typed again. */
export function missingOf(type: string, reach: Reach, stored?: Stored): string[] {
  const { byRegion, keyLooks } = typeOf(type);
  const empty = (text: string, kept?: string | null) => text.trim() === "" && !kept;
  const key = empty(reach.api_key, stored?.api_key) ? ["api_key"] : [];
  if (!byRegion) return [...(empty(reach.base_url) ? ["base_url"] : []), ...(keyLooks ? key : [])];
  const { region, access_key_id, secret_access_key } = reach.config;
  const access = [
    ...(empty(access_key_id) ? ["config.access_key_id"] : []),
    ...(empty(secret_access_key, stored?.config.secret_access_key) ? ["config.secret_access_key"] : []),
  ];
  const signs = { api_key: key, access_key: access, instance: [] }[reach.sign_in];
  return [...(empty(region) ? ["config.region"] : []), ...signs];
}

/** For a new provider, and for the repair of one: a secret that was not typed stays as it is. */
export function bodyOf(type: string, reach: Reach) {
  const key = reach.api_key.trim();
  if (!typeOf(type).byRegion) {
    return {
      base_url: reach.base_url.trim(),
      allow_private_network: reach.allow_private_network,
      ...(key ? { api_key: key } : {}),
    };
  }
  const region = reach.config.region.trim();
  if (reach.sign_in === "instance") return { config: { region } };
  if (reach.sign_in === "api_key") return { ...(key ? { api_key: key } : {}), config: { region } };
  const secret = reach.config.secret_access_key.trim();
  const token = reach.config.session_token.trim();
  return {
    config: {
      region,
      access_key_id: reach.config.access_key_id.trim(),
      ...(secret ? { secret_access_key: secret } : {}),
      ...(token ? { session_token: token } : {}),
    },
  };
}
