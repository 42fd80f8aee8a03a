import { useQuery } from "@tanstack/react-query";
import { Fragment, useMemo } from "react";
import { compareMoney, duration, Money, percent, Time } from "@/format";
import { locale, type T, useLanguage, useTexts } from "@/i18n";
import type { Column } from "@/list";
import { Badge, Status } from "@/ui/badge";
import { CopyButton } from "@/ui/copy";
import type { ModelPrice } from "./price-book";
import { type Model, type Provider, type Standing, standingsQuery } from "./queries";
import { groups } from "./shares";
import { texts } from "./texts";

export const nameOf = (model: Model) => model.display_name || model.model_id;

const natural = new Intl.Collator(undefined, { numeric: true });
export const byName = (a: Row, b: Row) => natural.compare(a.model.model_id, b.model.model_id);

export type State = "nowhere" | "offered" | "off";

/** A model with what else is known of it. */
export interface Row {
  model: Model;
  state: State;
  /** Undefined while prices are not loaded, or not for this role. */
  price: ModelPrice | undefined;
  providers: ReadonlyMap<string, Provider>;
}

export function useModelColumns(): readonly Column<Row>[] {
  const t = useTexts(texts);
  return useMemo(
    () => [
      {
        id: "model",
        header: t("model"),
        value: ({ model }) => `${model.model_id} ${model.display_name}`,
        compare: byName,
        cell: ({ model }) => (
          <span className="flex min-w-0 items-center gap-2">
            <ModelName name={model.model_id} />
            {model.display_name && model.display_name !== model.model_id ? (
              <span
                className="min-w-0 shrink-[999] truncate text-muted text-xs max-sm:hidden"
                title={model.display_name}
              >
                {model.display_name}
              </span>
            ) : null}
          </span>
        ),
      },
      {
        id: "state",
        header: t("state"),
        width: 140,
        value: ({ state }) => t(state),
        cell: ({ state }) =>
          state === "offered" ? (
            <Status tone="good">{t("offered")}</Status>
          ) : state === "off" ? (
            <Status tone="neutral" className="text-muted">
              {t("off")}
            </Status>
          ) : (
            <Status tone="bad" title={t("nowhereText")}>
              {t("nowhere")}
            </Status>
          ),
      },
      {
        id: "routes",
        header: t("routes"),
        value: ({ model }) => model.routes.map((route) => `${route.provider} ${route.upstream_model}`).join(" "),
        cell: (row) => <Routes row={row} />,
      },
      {
        id: "price",
        header: t("perMillion"),
        width: 270,
        align: "end",
        value: ({ price }) => price?.shown?.rates.input,
        compare: (a, b) => compareMoney(a.price?.shown?.rates.input ?? "-1", b.price?.shown?.rates.input ?? "-1"),
        cell: ({ price }) => <Prices price={price} />,
      },
      {
        id: "updated_at",
        header: t("updatedAt"),
        width: 130,
        hidden: true,
        value: ({ model }) => model.updated_at,
        cell: ({ model }) => <Time at={model.updated_at} />,
      },
    ],
    [t],
  );
}

/** Cut in the middle when it must be: long names of one family differ at their ends. */
const TAIL = 16;

function ModelName({ name }: { name: string }) {
  return (
    <span className="inline-flex min-w-0 items-center gap-0.5 font-medium" title={name}>
      <code className="flex min-w-0 overflow-hidden">
        <span className="truncate">{name.slice(0, -TAIL)}</span>
        <span className="shrink-0">{name.slice(-TAIL)}</span>
      </code>
      <CopyButton text={name} className="size-6 [&_svg]:size-3.5" />
    </span>
  );
}

function Routes({ row: { model, providers } }: { row: Row }) {
  const t = useTexts(texts);
  const at = locale(useLanguage());
  const standings = useQuery(standingsQuery).data;
  const suspects = model.routes.flatMap((route) => {
    const standing = standings?.get(route.id);
    return standing && standing.breaker !== "closed" ? [{ route, standing }] : [];
  });
  const all = groups(model.routes, (route) => ({
    weight: route.weight,
    priority: route.priority,
    usable: route.enabled && (providers.get(route.provider_id)?.enabled ?? true),
  }));
  const shown = all
    .map((group) => group.routes.filter((one) => one.share !== undefined))
    .filter((group) => group.length > 0);
  const off = model.routes.length - shown.flat().length;
  const exact = all
    .map((group) =>
      group.routes
        .map(({ route }) => `${route.provider}: ${route.upstream_model}${stands(t, at, standings?.get(route.id))}`)
        .join("\n"),
    )
    .join("\n→\n");
  return (
    <span className="flex min-w-0 items-center gap-1.5" title={exact}>
      <span className="truncate">
        {shown.length === 0 ? (
          <span className="text-muted line-through">{model.routes.map((route) => route.provider).join(" · ")}</span>
        ) : null}
        {shown.map((group, index) => (
          <Fragment key={index}>
            {index > 0 ? <span className="text-muted"> {t("thenShort")} </span> : null}
            {group.map(({ route, share }, place) => (
              <Fragment key={route.id}>
                {place > 0 ? <span className="text-muted"> · </span> : null}
                {route.provider}
                {group.length > 1 ? <span className="figures text-muted"> {percent(share ?? 0, at)}</span> : null}
              </Fragment>
            ))}
          </Fragment>
        ))}
      </span>
      {off > 0 ? <Badge>{t("routesOff", { n: off })}</Badge> : null}
      {suspects.map(({ route, standing }) => (
        <Badge
          key={route.id}
          tone={standing.breaker === "open" ? "bad" : "warn"}
          title={stands(t, at, standing).replace(/^ · /, "")}
        >
          {t(standing.breaker === "open" ? "breakerOpen" : "breakerHalfOpen", { name: route.provider })}
        </Badge>
      ))}
    </span>
  );
}

/** How a route stands, to read on from its name. */
function stands(t: T<(typeof texts)["en"]>, at: string, standing: Standing | undefined): string {
  if (!standing) return "";
  const tries = standing.good + standing.bad;
  return [
    "",
    ...(standing.first_token_ms == null ? [] : [t("firstTokenIn", { took: duration(standing.first_token_ms, at) })]),
    ...(tries > 0 ? [t("failedOfLate", { n: standing.bad, of: String(tries) })] : []),
    ...(standing.last_failure ? [t("lastFailure", { why: standing.last_failure })] : []),
  ].join(" · ");
}

function Prices({ price }: { price: ModelPrice | undefined }) {
  const t = useTexts(texts);
  if (price === undefined) return <span className="text-muted">–</span>;
  if (!price.shown) return <span className="text-warn-text">{t("noPrice")}</span>;
  const { rates, own } = price.shown;
  return (
    <span className="inline-flex items-center gap-2">
      {price.missing > 0 ? (
        <Badge tone="warn">{t("someUnpriced", { n: price.missing })}</Badge>
      ) : price.varies ? (
        <Badge title={t("variesText")}>{t("varies")}</Badge>
      ) : own ? (
        <Badge title={t("ownPriceText")}>{t("ownPrice")}</Badge>
      ) : null}
      <span>
        <Money value={rates.input} /> <span className="text-muted">/</span> <Money value={rates.output} />
      </span>
    </span>
  );
}
