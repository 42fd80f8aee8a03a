import { useMemo } from "react";
import { Time } from "@/format";
import { locale, useLanguage, useTexts } from "@/i18n";
import type { Column } from "@/list";
import { Badge } from "@/ui/badge";
import { amount, describe, maxOf, share, subjectName } from "./describe";
import type { Alert, Limit } from "./queries";
import { texts } from "./texts";
import { UsageBar } from "./usage-bar";

function useSubject() {
  const t = useTexts(texts);
  return (subject: { kind: string; name: string }) => {
    const word = subjectName(subject.kind);
    const kind = word ? t(word) : subject.kind;
    return { kind, name: subject.kind === "organisation" ? kind : subject.name };
  };
}

export function useLimitName() {
  const t = useTexts(texts);
  const at = locale(useLanguage());
  const subjectOf = useSubject();
  return (limit: Limit) => `${subjectOf(limit.is.subject).name}: ${describe(limit, limit.is.max, t, at)}`;
}

export function useLimitColumns(): readonly Column<Limit>[] {
  const t = useTexts(texts);
  const at = locale(useLanguage());
  const subjectOf = useSubject();
  // biome-ignore lint/correctness/useExhaustiveDependencies: subjectOf is made of t
  return useMemo(
    () => [
      {
        id: "subject",
        header: t("subject"),
        value: ({ is }) => `${subjectOf(is.subject).name} ${is.subject.id} ${is.name}`,
        cell: ({ is }) => {
          const { kind, name } = subjectOf(is.subject);
          return (
            <span className="flex min-w-0 items-center gap-2">
              <span className="truncate font-medium" title={name}>
                {name}
              </span>
              {name === kind ? null : <Badge>{kind}</Badge>}
            </span>
          );
        },
      },
      {
        id: "max",
        header: t("max"),
        width: 260,
        value: (limit) => describe(limit, limit.is.max, t, at),
        cell: (limit) => (
          <span className="flex min-w-0 items-center gap-2">
            <span className="truncate" title={limit.is.name}>
              {describe(limit, maxOf(limit), t, at)}
            </span>
            {limit.is.override ? <Badge tone="warn">{t("override")}</Badge> : null}
          </span>
        ),
      },
      {
        id: "usage",
        header: t("usage"),
        width: 380,
        value: (limit) => share(limit) ?? -1,
        cell: (limit) => <UsageBar limit={limit} />,
      },
      {
        id: "kind",
        header: t("kind"),
        width: 110,
        whole: true,
        value: (limit) => (limit.kind === "budget" ? t(limit.is.hard ? "hard" : "soft") : t("rule")),
        cell: (limit) =>
          limit.kind === "budget" ? (
            <Badge tone={limit.is.hard ? "accent" : "neutral"}>{t(limit.is.hard ? "hard" : "soft")}</Badge>
          ) : (
            <span className="text-muted">{t("rule")}</span>
          ),
      },
      {
        id: "ends",
        header: t("periodEnds"),
        width: 130,
        value: (limit) => (limit.kind === "budget" ? limit.is.current_period.end : ""),
        cell: (limit) => <Time at={limit.kind === "budget" ? limit.is.current_period.end : undefined} />,
      },
    ],
    [t, at],
  );
}

export function useAlertColumns(): readonly Column<Alert>[] {
  const t = useTexts(texts);
  const at = locale(useLanguage());
  const subjectOf = useSubject();
  // biome-ignore lint/correctness/useExhaustiveDependencies: subjectOf is made of t
  return useMemo(
    () => [
      {
        id: "subject",
        header: t("subject"),
        value: (alert) => subjectOf(alert.subject).name,
        cell: (alert) => <span className="font-medium">{subjectOf(alert.subject).name}</span>,
      },
      {
        id: "threshold",
        header: t("threshold"),
        width: 110,
        whole: true,
        value: (alert) => alert.threshold,
        cell: ({ threshold }) => (
          <Badge tone={threshold >= 100 ? "bad" : threshold >= 80 ? "warn" : "neutral"}>{threshold} %</Badge>
        ),
      },
      {
        id: "used",
        header: t("usage"),
        value: (alert) => amount(alert.used, at),
        cell: (alert) => t("usedOf", { used: amount(alert.used, at), max: amount(alert.max, at) }),
      },
      {
        id: "period",
        header: t("period"),
        width: 130,
        value: (alert) => alert.period_start,
        cell: (alert) => <Time at={alert.period_start} exact />,
      },
      {
        id: "raised_at",
        header: t("alertAt"),
        width: 150,
        value: (alert) => alert.raised_at,
        cell: (alert) => <Time at={alert.raised_at} />,
      },
    ],
    [t, at],
  );
}
