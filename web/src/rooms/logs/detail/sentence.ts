/** What happened, in one or two sentences. Pure. */
import { duration } from "@/format";
import type { T } from "@/i18n";
import type { Attempt, Call } from "../queries";
import { REASONS, type texts } from "./texts";

type Say = T<(typeof texts)["en"]>;

/** Why something failed; a class of a newer server is shown as it is. */
export function reasonOf(t: Say, errorClass: string): string {
  const key = REASONS[errorClass];
  return key ? t(key) : errorClass;
}

export function sentence(t: Say, call: Call, locale: string): string {
  const took = duration(call.duration_ms, locale);
  const who = call.provider || t("aProvider");
  const reason = call.error_class ? reasonOf(t, call.error_class) : t("noReason");
  const tries = call.attempts.length;
  switch (call.outcome) {
    case "ok":
      if (call.cache_hit) return t("saidCached", { took });
      return join(t(call.stream ? "saidStreamed" : "saidWhole", { who, took }), again(t, call.attempts));
    case "client_error":
      return tries > 0
        ? t("saidClientError", { who, status: String(call.status_code), reason })
        : t("saidBadRequest", { status: String(call.status_code), reason });
    case "refused":
      return t("saidRefused", { status: String(call.status_code), reason });
    case "upstream_error":
      if (call.response_bytes > 0 && call.status_code < 400) return t("saidBroken", { who, took, reason });
      return tries > 1
        ? t("saidAllFailed", { n: tries, status: String(call.status_code), reason })
        : t("saidFailed", { who, status: String(call.status_code), reason });
    case "cancelled":
      return call.response_bytes > 0 ? t("saidLeftDuring", { who, took }) : t("saidLeftBefore", { who, took });
    case "interrupted":
      return t("saidInterrupted");
    default:
      return `${call.status_code} ${call.outcome} ${call.error_class}`.trim();
  }
}

/** Why it took more than one attempt. */
function again(t: Say, attempts: readonly Attempt[]): string | undefined {
  const failed = attempts[0];
  if (!failed || attempts.length < 2) return undefined;
  return t("saidAfter", { n: attempts.length - 1, who: failed.provider, reason: reasonOf(t, failed.error_class) });
}

function join(first: string, second: string | undefined): string {
  return second ? `${first} ${second}` : first;
}

/** `route_id:reason`. */
export function excluded(t: Say, entry: string): { route: string; reason: string } {
  const at = entry.lastIndexOf(":");
  const [route, reason] = at < 0 ? [entry, ""] : [entry.slice(0, at), entry.slice(at + 1)];
  return { route, reason: excludedWhy(t, reason) };
}

/** Why a route was left out, or moved behind the others; a reason of a newer server is shown as it is. */
export function excludedWhy(t: Say, reason: string): string {
  if (reason === "disabled") return t("excludedDisabled");
  if (reason === "dialect") return t("excludedDialect");
  if (reason === "not_allowed") return t("excludedNotAllowed");
  if (reason === "context_length") return t("excludedContext");
  if (reason === "breaker_open") return t("breakerOpen");
  return reason;
}
