import { useQuery } from "@tanstack/react-query";
import { percent } from "@/format";
import { locale, useLanguage, useTexts } from "@/i18n";
import { Note } from "@/ui/note";
import { partName } from "./health";
import { healthQuery, providersHealthQuery } from "./queries";
import { texts } from "./texts";

/** What an operator must see before anything else: nothing, on a good day. */
export function Alerts() {
  const t = useTexts(texts);
  const here = locale(useLanguage());
  const health = useQuery(healthQuery).data;
  const failing = useQuery(providersHealthQuery).data?.items.filter((one) => one.enabled && one.status === "failing");
  return (
    <>
      {health?.parts
        .filter((part) => !part.ok)
        .map((part) => (
          <Note key={part.name} tone="bad" title={t("partDown", { name: partName(t, part.name) })}>
            {part.message}
          </Note>
        ))}
      {health?.spool && !health.spool.ok ? (
        <Note tone="bad" title={t("spoolRefuses")}>
          {health.spool.message}
        </Note>
      ) : null}
      {failing?.map((one) => (
        <Note key={one.id} tone="bad" title={t("providerFails", { name: one.name })}>
          {t("providerFailsText", {
            rate: percent(one.error_rate ?? 0, here),
            n: one.attempts,
            why: one.last_error_class ?? "–",
          })}
        </Note>
      ))}
    </>
  );
}
