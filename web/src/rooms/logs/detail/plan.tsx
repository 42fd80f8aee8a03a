/** Why the routes were tried in this order: the strategy, what it went by, and what was left out. */
import { Duration, Money } from "@/format";
import { useTexts } from "@/i18n";
import { Badge } from "@/ui/badge";
import type { Call } from "../queries";
import { Section } from "./section";
import { excludedWhy } from "./sentence";
import { texts } from "./texts";

export function Plan({ call }: { call: Call }) {
  const t = useTexts(texts);
  const plan = call.plan;
  if (!plan) return null;
  const strategies: Record<string, string> = {
    priority: t("byPriority"),
    weighted: t("byWeight"),
    latency: t("byLatency"),
    cost: t("byCost"),
  };
  return (
    <Section title={t("plan")} aside={strategies[plan.strategy] ?? plan.strategy}>
      {plan.asked && plan.asked !== call.model ? (
        <p className="text-muted">{t("askedFor", { asked: plan.asked, model: call.model })}</p>
      ) : null}
      <ol className="grid gap-1">
        {plan.routes.map((route, index) => (
          <li key={route.route_id} className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
            <span className="figures w-4 text-muted">{route.excluded ? "–" : index + 1}</span>
            <span className={route.excluded ? "text-muted line-through" : "font-medium"}>{route.provider}</span>
            <code className="min-w-0 truncate text-muted">{route.upstream_model}</code>
            {route.stand_in ? (
              <Badge>
                {t(route.stand_in === "larger_context" ? "ofLarger" : "ofFallback", { model: route.model })}
              </Badge>
            ) : null}
            {route.excluded ? <span className="text-muted">{excludedWhy(t, route.excluded)}</span> : null}
            {route.admitted === "probe" ? <Badge tone="warn">{t("probed")}</Badge> : null}
            {route.admitted === "behind" ? <Badge tone="bad">{t("breakerOpen")}</Badge> : null}
            <span className="figures ml-auto flex items-center gap-3 text-muted text-xs">
              {route.first_token_ms == null ? null : <Duration ms={route.first_token_ms} />}
              {route.price_usd == null ? null : <Money value={route.price_usd} />}
              <span>{t("priorityWeight", { priority: String(route.priority), weight: String(route.weight) })}</span>
            </span>
          </li>
        ))}
      </ol>
      {plan.by_conversation ? <p className="text-muted text-xs">{t("byConversation")}</p> : null}
    </Section>
  );
}
