import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Bytes, bytes, Count, duration, Percent, Time } from "@/format";
import { locale, type T, useLanguage, useTexts } from "@/i18n";
import { Status, type Tone } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { Progress } from "@/ui/progress";
import { Skeleton } from "@/ui/skeleton";
import { type Health, healthQuery, type ProviderHealth, providersHealthQuery } from "./queries";
import { texts } from "./texts";

/** Providers that are shown; those that need a look come first. */
const SHOWN = 5;
const RANK = ["failing", "degraded", "ok", "unused"];

/** How the server and those behind it are doing. For operators. */
export function HealthCard() {
  const t = useTexts(texts);
  const here = locale(useLanguage());
  const health = useQuery(healthQuery);
  const providers = useQuery(providersHealthQuery);
  return (
    <Card className="flex h-full min-w-0 flex-col">
      <header className="flex min-h-12 items-center justify-between gap-3 border-b px-4">
        <h2 className="font-semibold text-base">{t("health")}</h2>
        {health.data ? (
          <Status tone={health.data.status === "ok" ? "good" : "bad"} className="text-muted text-xs">
            {health.data.status === "ok"
              ? t("upFor", { time: duration(health.data.uptime_secs * 1000, here) })
              : t("degraded")}
          </Status>
        ) : null}
      </header>
      {health.data ? (
        <ul className="grid gap-2.5 p-4">
          <Server health={health.data} />
          {providers.data?.items.length === 0 ? (
            <li>
              <Link to="/providers" search={{ open: "new" }} className="text-accent-text hover:underline">
                {t("addProvider")}
              </Link>
            </li>
          ) : null}
          {[...(providers.data?.items ?? [])]
            .sort((a, b) => RANK.indexOf(a.status) - RANK.indexOf(b.status) || b.attempts - a.attempts)
            .slice(0, SHOWN)
            .map((one) => (
              <Provider key={one.id} provider={one} />
            ))}
          {(providers.data?.items.length ?? 0) > SHOWN ? (
            <li>
              <Link to="/providers" className="text-accent-text text-xs hover:underline">
                {t("moreProviders", { n: (providers.data?.items.length ?? 0) - SHOWN })}
              </Link>
            </li>
          ) : null}
        </ul>
      ) : health.error ? (
        <div role="alert" className="grid justify-items-start gap-2 p-4 text-muted">
          {health.error.message}
          <Button size="sm" busy={health.isFetching} onClick={() => void health.refetch()}>
            {t("tryAgain")}
          </Button>
        </div>
      ) : (
        <div className="grid gap-4 p-4">
          <Skeleton />
          <Skeleton />
          <Skeleton className="w-2/3" />
        </div>
      )}
    </Card>
  );
}

function Server({ health }: { health: Health }) {
  const t = useTexts(texts);
  const here = locale(useLanguage());
  const { spool } = health;
  const behind = spool?.consumers.filter((one) => one.lag_bytes > 0) ?? [];
  return (
    <>
      {health.parts.map((part) => (
        <Line
          key={part.name}
          tone={part.ok ? "good" : "bad"}
          name={partName(t, part.name)}
          about={backendName(part.backend)}
          title={part.message ?? undefined}
        >
          {part.ok ? (
            <>
              {part.name === "logs" ? (
                <>
                  <Bytes value={health.log_bytes} /> ·{" "}
                </>
              ) : null}
              {duration((part.latency_us ?? 0) / 1000, here)}
            </>
          ) : (
            t("down")
          )}
        </Line>
      ))}
      {spool ? (
        <Line
          below={
            <div className="ml-4 flex items-center gap-2 text-muted text-xs">
              <Progress value={spool.bytes / Math.max(spool.max_bytes, 1)} label={t("spoolFull")} className="flex-1" />
              <span>
                <Bytes value={spool.bytes} /> / <Bytes value={spool.max_bytes} />
              </span>
            </div>
          }
          tone={spool.ok ? "good" : "bad"}
          name={t("spool")}
          about={t("openCalls", { n: spool.open_calls })}
          title={spool.consumers
            .map(({ name, lag_bytes }) => `${name}: ${t("behind", { size: bytes(lag_bytes, here) })}`)
            .join("\n")}
        >
          {behind.length === 0
            ? t("upToDate")
            : t("behind", { size: bytes(Math.max(...behind.map((one) => one.lag_bytes)), here) })}
        </Line>
      ) : null}
    </>
  );
}

function Provider({ provider }: { provider: ProviderHealth }) {
  const t = useTexts(texts);
  const tones: Record<string, Tone> = { ok: "good", degraded: "warn", failing: "bad" };
  return (
    <Line
      tone={provider.enabled ? (tones[provider.status] ?? "neutral") : "neutral"}
      name={
        <Link to="/logs" search={{ provider: provider.name, range: "1h" }} className="truncate hover:underline">
          {provider.name}
        </Link>
      }
      about={
        provider.last_error_class ? (
          <>
            {provider.last_error_class} · <Time at={provider.last_error_at} />
          </>
        ) : null
      }
    >
      {!provider.enabled ? (
        t("off")
      ) : provider.status === "unused" ? (
        t("unused")
      ) : (
        <>
          <Percent value={provider.error_rate} /> {t("ofErrors")} <Count value={provider.attempts} />
        </>
      )}
    </Line>
  );
}

function Line({
  tone,
  name,
  about,
  title,
  below,
  children,
}: {
  tone: Tone;
  name: ReactNode;
  about?: ReactNode;
  title?: string | undefined;
  below?: ReactNode;
  children: ReactNode;
}) {
  return (
    <li className="grid gap-1.5">
      <div className="flex min-w-0 items-baseline gap-2" title={title}>
        <span className="flex min-w-0 flex-1 items-baseline gap-2">
          <Status tone={tone} className="min-w-0">
            <span className="truncate font-medium">{name}</span>
          </Status>
          {about ? <span className="truncate text-muted text-xs">{about}</span> : null}
        </span>
        <span className="figures shrink-0 text-muted text-xs">{children}</span>
      </div>
      {below}
    </li>
  );
}

export function partName(t: T<(typeof texts)["en"]>, name: string): string {
  return name === "store" ? t("store") : name === "logs" ? t("requestLog") : name;
}

function backendName(backend: string): string {
  return { sqlite: "SQLite", postgresql: "PostgreSQL", clickhouse: "ClickHouse" }[backend] ?? backend;
}
