import { percent, Time } from "@/format";
import { locale, useLanguage, useTexts } from "@/i18n";
import { Status, type Tone } from "@/ui/badge";
import { failureName } from "./failures";
import type { Health, Provider } from "./queries";
import { texts } from "./texts";

const TONE: Readonly<Record<string, Tone>> = { ok: "good", degraded: "warn", failing: "bad", unused: "neutral" };

/** Trouble first, then what works, then what says nothing. */
const RANK = ["failing", "degraded", "ok", "unused", "off"];

export const stateOf = (provider: Provider, health: Health | undefined): string =>
  provider.enabled ? (health?.status ?? "unused") : "off";

export const rankOf = (provider: Provider, health: Health | undefined): number => {
  const at = RANK.indexOf(stateOf(provider, health));
  return at < 0 ? RANK.length : at;
};

export function useHealthWord() {
  const t = useTexts(texts);
  const at = locale(useLanguage());
  return (provider: Provider, health: Health | undefined): string => {
    if (!provider.enabled) return t("off");
    switch (health?.status) {
      case "ok":
        return t("healthy");
      case "degraded":
      case "failing":
        return t("failed", { share: percent(health.error_rate ?? 0, at) });
      default:
        return t("noCalls");
    }
  };
}

/** How the provider does: the first thing one comes for. */
export function HealthStatus({ provider, health }: { provider: Provider; health: Health | undefined }) {
  const t = useTexts(texts);
  const word = useHealthWord()(provider, health);
  return (
    <Status
      tone={provider.enabled ? (TONE[health?.status ?? ""] ?? "neutral") : "neutral"}
      className={provider.enabled ? undefined : "text-muted"}
      title={health && health.attempts > 0 ? t("attempts", { n: health.attempts, failed: health.failures }) : undefined}
    >
      {word}
    </Status>
  );
}

export function LastFailure({ health }: { health: Health | undefined }) {
  const t = useTexts(texts);
  if (!health?.last_error_class) return <span className="text-muted">–</span>;
  return (
    <span className="flex min-w-0 items-baseline gap-2">
      <span className="truncate" title={health.last_error_class}>
        {failureName(t, health.last_error_class)}
      </span>
      <span className="shrink-0 text-muted text-xs">
        <Time at={health.last_error_at} />
      </span>
    </span>
  );
}
