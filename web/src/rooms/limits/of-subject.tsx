/** The limits and budgets of one key or one person, for where these are shown. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { locale, useLanguage, useTexts } from "@/i18n";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Skeleton } from "@/ui/skeleton";
import { describe, maxOf } from "./describe";
import { limitsOfQuery, placeOf, writePlace } from "./queries";
import { useLimitRights } from "./rights";
import { texts } from "./texts";
import { UsageBar } from "./usage-bar";

export function LimitsOf({ kind, id, title }: { kind: "key" | "user"; id: string; title?: string }) {
  const t = useTexts(texts);
  const at = locale(useLanguage());
  const maySet = useLimitRights().of(kind) === undefined;
  const { data: limits, error } = useQuery(limitsOfQuery(kind, id));
  const shown = title ?? t("title");
  return (
    <section aria-label={shown} className="grid gap-2">
      {title === undefined ? <h3 className="font-semibold">{shown}</h3> : null}
      {error && !limits ? <p className="text-muted">{error.message}</p> : null}
      {!limits && !error ? <Skeleton className="h-8" /> : null}
      {limits?.length === 0 ? <p className="text-muted">{t("noneSet")}</p> : null}
      <ul className="grid gap-1.5 empty:hidden">
        {limits?.map((limit) => {
          const said = describe(limit, maxOf(limit), t, at);
          return (
            <li key={limit.is.id} className="flex min-w-0 flex-wrap items-center justify-between gap-x-4 gap-y-1">
              <span className="flex min-w-0 items-center gap-2">
                {maySet ? (
                  <Button look="link" asChild className="min-w-0 truncate">
                    <Link to="/limits" search={{ open: writePlace(placeOf(limit)) }}>
                      {said}
                    </Link>
                  </Button>
                ) : (
                  <span className="truncate">{said}</span>
                )}
                {limit.is.override ? <Badge tone="warn">{t("override")}</Badge> : null}
              </span>
              <span className="w-72 max-w-full">
                <UsageBar limit={limit} />
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
