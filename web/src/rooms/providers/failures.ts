/** The classes of failures, as the gateway records them, in words. */
import type { PlainKey, T } from "@/i18n";
import type { texts } from "./texts";

const CLASSES: Readonly<Record<string, PlainKey<typeof texts>>> = {
  broken: "failBroken",
  connect: "failConnect",
  connect_timeout: "failConnectTimeout",
  dns: "failDns",
  first_byte_timeout: "failFirstByte",
  idle_timeout: "failIdle",
  model_missing: "failModelMissing",
  no_credential: "failNoCredential",
  not_found: "failNotFound",
  overloaded: "failOverloaded",
  private_address: "failPrivate",
  protocol: "failProtocol",
  proxy: "failProxy",
  quota_exhausted: "failQuota",
  rate_limited: "failRateLimited",
  redirect: "failRedirect",
  server_error: "failServer",
  tls: "failTls",
  total_timeout: "failTotal",
  upstream_auth: "failAuth",
};

export function failureName(t: T<(typeof texts)["en"]>, failure: string): string {
  const key = CLASSES[failure];
  return key ? t(key) : failure;
}
