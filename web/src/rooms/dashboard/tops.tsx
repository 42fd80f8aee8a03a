import { Link } from "@tanstack/react-router";
import { Count, compactNumber, dollars, Money, Percent } from "@/format";
import { locale, useLanguage, useTexts } from "@/i18n";
import { Card } from "@/ui/card";
import { cn } from "@/ui/cn";
import type { Overview } from "./queries";
import { texts } from "./texts";

interface Entry {
  id: string;
  name: string;
  about?: string | undefined;
  requests: number;
  cost: string;
  errorRate?: number;
  search: Readonly<Record<string, string>>;
}

/** Who and what has the most calls. Each is a way to those calls. */
export function Tops({ overview, range }: { overview: Overview; range: string }) {
  const t = useTexts(texts);
  const here = locale(useLanguage());
  const all = overview.scope === "all";
  const tokens = (n: number) => t("tokenCount", { n: compactNumber(n, here) });
  const named = (param: "model" | "provider") => (one: Overview["top_models"][number]) => ({
    id: one.name,
    name: one.name,
    about: tokens(one.input_tokens + one.output_tokens),
    requests: one.requests,
    cost: one.cost_usd,
    errorRate: one.error_rate,
    search: { range, [param]: one.name },
  });
  const caller = (one: Overview["top_keys"][number]) => ({
    id: one.id,
    name: one.name,
    about: one.key_prefix ?? undefined,
    requests: one.requests,
    cost: one.cost_usd,
    // A key is counted over its rotations, and so are its calls looked up.
    search: { range, ...(one.key_lineage_id ? { key_lineage_id: one.key_lineage_id } : { user_id: one.id }) },
  });
  return (
    <div className="grid min-w-0 gap-4 lg:grid-cols-2">
      <Top title={t("topModels")} entries={overview.top_models.map(named("model"))} errors />
      <Top title={t("topKeys")} entries={overview.top_keys.map(caller)} />
      {all ? (
        <>
          <Top title={t("topUsers")} entries={overview.top_users.map(caller)} />
          <Top title={t("topProviders")} entries={overview.top_providers.map(named("provider"))} errors />
        </>
      ) : null}
    </div>
  );
}

function Top({ title, entries, errors = false }: { title: string; entries: readonly Entry[]; errors?: boolean }) {
  const t = useTexts(texts);
  const most = Math.max(1, ...entries.map((entry) => entry.requests));
  const columns = errors
    ? "grid-cols-[minmax(0,1fr)_2.75rem_4rem_3rem] sm:grid-cols-[minmax(0,1fr)_4rem_4.5rem_4rem]"
    : "grid-cols-[minmax(0,1fr)_2.75rem_4rem] sm:grid-cols-[minmax(0,1fr)_4rem_4.5rem]";
  return (
    <Card className="min-w-0 pb-1.5">
      <header className={cn("grid h-11 items-center gap-2 px-4 sm:gap-3", columns)}>
        <h2 className="truncate font-semibold text-base">{title}</h2>
        <span className="text-right text-muted text-xs">{t("calls")}</span>
        <span className="text-right text-muted text-xs">{t("cost")}</span>
        {errors ? <span className="text-right text-muted text-xs">{t("errors")}</span> : null}
      </header>
      {entries.length === 0 ? (
        <p className="grid h-24 place-items-center text-muted">{t("noCalls")}</p>
      ) : (
        <ol className="px-1.5">
          {entries.map((entry) => (
            <li key={entry.id}>
              <Link
                to="/logs"
                search={entry.search}
                title={t("callsOf", { name: entry.name })}
                className={cn(
                  "group relative grid h-8 items-center gap-2 rounded-md sm:gap-3 px-2.5 text-ink hover:bg-hover",
                  columns,
                )}
              >
                <span
                  aria-hidden="true"
                  className="absolute inset-y-0.5 left-0 rounded-md bg-accent-soft group-hover:opacity-60"
                  style={{ width: `${Math.max(1, (entry.requests / most) * 100)}%` }}
                />
                <span className="relative flex min-w-0 items-baseline gap-2">
                  <span className="truncate">{entry.name}</span>
                  {entry.about ? (
                    <span className="hidden shrink-0 text-muted text-xs sm:inline">{entry.about}</span>
                  ) : null}
                </span>
                <span className="relative text-right font-medium">
                  <Count value={entry.requests} />
                </span>
                <span className={cn("relative text-right", dollars(entry.cost) === 0 && "text-muted")}>
                  <Money value={entry.cost} />
                </span>
                {entry.errorRate === undefined ? null : (
                  <span
                    className={cn(
                      "relative text-right",
                      entry.errorRate >= 0.05 ? "font-medium text-bad-text" : "text-muted",
                    )}
                  >
                    <Percent value={entry.errorRate} />
                  </span>
                )}
              </Link>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
