import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { Time } from "@/format";
import { useTexts } from "@/i18n";
import type { Column } from "@/list";
import { HealthStatus, LastFailure, rankOf, useHealthWord } from "./health";
import { typeOf } from "./provider-type";
import type { Health, Provider } from "./queries";
import { texts } from "./texts";
import { TypeName } from "./type-name";

export const nameOf = (provider: Provider) => provider.display_name || provider.name;

/** Some are found by their region alone. */
const addressOf = ({ base_url, config }: Provider) => base_url || config.endpoint || config.region || "";
const keyOf = ({ api_key, config }: Provider) => api_key ?? config.access_key_id;

/** A provider with what else is known of it. */
export interface Row {
  provider: Provider;
  health: Health | undefined;
  /** Models with a route to it; undefined while they are not loaded. */
  models: number | undefined;
}

export function useProviderColumns(): readonly Column<Row>[] {
  const t = useTexts(texts);
  const word = useHealthWord();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `word` says the same as long as `t` does
  return useMemo(
    () => [
      {
        id: "name",
        header: t("name"),
        value: ({ provider }) => `${nameOf(provider)} ${provider.name}`,
        cell: ({ provider }) => <Name provider={provider} />,
      },
      {
        id: "health",
        header: t("health"),
        width: 150,
        value: ({ provider, health }) => word(provider, health),
        compare: (a, b) =>
          rankOf(a.provider, a.health) - rankOf(b.provider, b.health) ||
          (b.health?.error_rate ?? 0) - (a.health?.error_rate ?? 0),
        cell: ({ provider, health }) => <HealthStatus provider={provider} health={health} />,
      },
      {
        id: "models",
        header: t("models"),
        width: 170,
        value: ({ models }) => models,
        cell: ({ provider, models }) => <Models provider={provider} count={models} />,
      },
      {
        id: "failure",
        header: t("lastFailure"),
        value: ({ health }) => health?.last_error_at ?? "",
        cell: ({ health }) => <LastFailure health={health} />,
      },
      {
        id: "address",
        header: t("address"),
        value: ({ provider }) => addressOf(provider),
        cell: ({ provider }) => (
          <span className="text-muted" title={addressOf(provider)}>
            {addressOf(provider).replace(/^https:\/\//, "")}
          </span>
        ),
      },
      {
        id: "key",
        header: t("key"),
        width: 120,
        hidden: true,
        value: ({ provider }) => keyOf(provider),
        cell: ({ provider }) =>
          keyOf(provider) ? <code>{keyOf(provider)}</code> : <span className="text-muted">{t("noKey")}</span>,
      },
      {
        id: "type",
        header: t("type"),
        width: 160,
        hidden: true,
        value: ({ provider }) => provider.provider_type,
        cell: ({ provider }) => <TypeName id={provider.provider_type} />,
      },
      {
        id: "priority",
        header: t("priority"),
        width: 100,
        align: "end",
        hidden: true,
        value: ({ provider }) => provider.priority,
        cell: ({ provider }) => provider.priority,
      },
      {
        id: "updated_at",
        header: t("updatedAt"),
        width: 130,
        hidden: true,
        value: ({ provider }) => provider.updated_at,
        cell: ({ provider }) => <Time at={provider.updated_at} />,
      },
    ],
    [t],
  );
}

function Name({ provider }: { provider: Provider }) {
  const Icon = typeOf(provider.provider_type)?.icon;
  return (
    <span className="flex min-w-0 items-center gap-2">
      {Icon ? <Icon aria-hidden="true" className="size-4 shrink-0 text-muted" /> : null}
      <span className="truncate font-medium" title={nameOf(provider)}>
        {nameOf(provider)}
      </span>
      {provider.display_name && provider.display_name !== provider.name ? (
        <span className="min-w-0 shrink-[999] truncate text-muted text-xs max-sm:hidden">{provider.name}</span>
      ) : null}
    </span>
  );
}

/** How many names lead there, and those that do without a model. */
function Models({ provider, count }: { provider: Provider; count: number | undefined }) {
  const t = useTexts(texts);
  if (count === undefined) return <span className="text-muted">–</span>;
  const prefixes = typeOf(provider.provider_type)?.prefixes ?? [];
  if (count > 0) {
    return (
      <Link
        to="/models"
        search={{ provider: provider.name }}
        className="text-accent-text underline-offset-4 hover:underline"
      >
        {t("modelCount", { n: count })}
      </Link>
    );
  }
  return prefixes.length > 0 ? (
    <span title={t("byPrefixText", { prefixes: prefixes.join(", ") })}>
      {t("byPrefix", { prefix: prefixes[0] ?? "" })}
    </span>
  ) : (
    <Link to="/providers" search={{ add: provider.id }} className="text-accent-text underline-offset-4 hover:underline">
      {t("addModels")}
    </Link>
  );
}
