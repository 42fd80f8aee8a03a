import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Count, Money } from "@/format";
import { type PlainKey, useTexts } from "@/i18n";
import { Note } from "@/ui/note";
import { Select } from "@/ui/select";
import { Skeleton } from "@/ui/skeleton";
import { Table, Td, Th } from "@/ui/table";
import { historyQuery, PERIODS, type Period } from "./queries";
import { texts } from "./texts";

const NAMES: Readonly<Record<Period, PlainKey<typeof texts>>> = {
  daily: "dailyPeriod",
  weekly: "weeklyPeriod",
  monthly: "monthlyPeriod",
};

/** What the subject of a budget has spent in its last periods. */
export function History({ kind, id, first }: { kind: string; id: string; first: Period }) {
  const t = useTexts(texts);
  const [period, choose] = useState(first);
  const { data, error } = useQuery(historyQuery(kind, id, period));
  return (
    <section aria-label={t("history")} className="grid gap-2">
      <div className="flex items-center justify-between gap-3">
        <h3 className="font-semibold">{t("history")}</h3>
        <Select
          aria-label={t("period")}
          className="w-32"
          value={period}
          onChange={choose}
          options={PERIODS.map((value) => ({ value, label: t(NAMES[value]) }))}
        />
      </div>
      {error ? <Note tone="bad">{error.message}</Note> : null}
      {!data && !error ? <Skeleton className="h-24" /> : null}
      {data && data.items.length === 0 ? <p className="text-muted">{t("historyEmpty")}</p> : null}
      {data && data.items.length > 0 ? (
        <Table>
          <thead>
            <tr>
              <Th>{t("period")}</Th>
              <Th className="text-right">{t("cost")}</Th>
              <Th className="text-right">{t("tokens")}</Th>
              <Th className="text-right">{t("calls")}</Th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((spent) => (
              <tr key={spent.period.start}>
                <Td className="figures">{spent.period.name}</Td>
                <Td className="text-right">
                  <Money value={spent.cost_usd} />
                </Td>
                <Td className="text-right">
                  <Count value={spent.tokens} />
                </Td>
                <Td className="text-right">
                  <Count value={spent.requests} />
                </Td>
              </tr>
            ))}
          </tbody>
        </Table>
      ) : null}
    </section>
  );
}
