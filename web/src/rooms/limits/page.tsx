import { BellRing, Gauge, Pencil, Plus, RotateCcw, Timer, TimerOff, Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import { z } from "zod";
import { useTexts } from "@/i18n";
import { List, listPlace, type RowAction, useListPlace, usePaged, useWhole } from "@/list";
import { useRoomActions } from "@/shell/actions";
import { Page as Frame } from "@/shell/page";
import { Button } from "@/ui/button";
import { Select } from "@/ui/select";
import { Tab, TabList, Tabs } from "@/ui/tabs";
import { useAlertColumns, useLimitColumns, useLimitName } from "./columns";
import { SUBJECT_KINDS, share } from "./describe";
import { type Act, LimitDialogs } from "./dialogs";
import { alertsQuery, type Limit, limitsQuery, placeOf, writePlace } from "./queries";
import { useLimitRights } from "./rights";
import { LimitSheet } from "./sheet";
import { texts } from "./texts";

const place = listPlace.extend({
  /** "new", or where the limit stands whose sheet is open. */
  open: z.string().optional().catch(undefined),
  tab: z.enum(["limits", "alerts"]).catch("limits"),
  of: z.enum(["all", ...SUBJECT_KINDS]).catch("all"),
  kind: z.enum(["all", "rule", "budget"]).catch("all"),
  near: z.boolean().catch(false),
});

/** From where on a limit counts as close to its max. */
const NEAR = 0.8;

export function Page() {
  const t = useTexts(texts);
  const rights = useLimitRights();
  const [here, go] = useListPlace(place);
  const create = () => go({ open: "new" });
  useRoomActions(rights.create ? [] : [{ id: "new-limit", label: t("create"), icon: Plus, run: create }]);
  const createButton = (
    <Button look="primary" onClick={create} blocked={rights.create}>
      <Plus />
      {t("create")}
    </Button>
  );
  return (
    <Frame title={t("title")} text={t("text")} actions={createButton}>
      <Tabs value={here.tab} onValueChange={(tab) => go({ tab: tab as "limits" | "alerts", q: "", sort: undefined })}>
        <TabList aria-label={t("title")} className="mb-4">
          <Tab value="limits">{t("title")}</Tab>
          <Tab value="alerts">{t("alerts")}</Tab>
        </TabList>
      </Tabs>
      {here.tab === "alerts" ? <Alerts /> : <Limits createButton={createButton} />}
      <LimitSheet open={here.open} rights={rights} onClose={() => go({ open: undefined })} />
    </Frame>
  );
}

function Limits({ createButton }: { createButton: React.ReactNode }) {
  const t = useTexts(texts);
  const rights = useLimitRights();
  const name = useLimitName();
  const [here, go] = useListPlace(place);
  const [asking, ask] = useState<{ act: Act; limit: Limit }>();
  const columns = useLimitColumns();
  const all = useWhole(limitsQuery);
  const { of, kind, near } = here;
  const rows = useMemo(
    () =>
      all.rows?.filter(
        (limit) =>
          (of === "all" || limit.is.subject.kind === of) &&
          (kind === "all" || limit.kind === kind) &&
          (!near || (share(limit) ?? 0) >= NEAR),
      ),
    [all.rows, of, kind, near],
  );

  function actions(limit: Limit): readonly RowAction[] {
    const blocked = rights.of(limit.is.subject.kind);
    const atOnce = limit.kind === "rule" && limit.is.metric === "concurrency" ? t("cannotReset") : undefined;
    return [
      { label: t("edit"), icon: Pencil, run: () => go({ open: writePlace(placeOf(limit)) }) },
      { label: t("override"), icon: Timer, run: () => ask({ act: "override", limit }), blocked },
      ...(limit.is.override
        ? [
            {
              label: t("clearOverride"),
              icon: TimerOff,
              run: () => ask({ act: "clear_override", limit }),
              blocked,
            },
          ]
        : []),
      { label: t("reset"), icon: RotateCcw, run: () => ask({ act: "reset", limit }), blocked: blocked ?? atOnce },
      { label: t("delete"), icon: Trash2, danger: true, run: () => ask({ act: "delete", limit }), blocked },
    ];
  }

  return (
    <>
      <List
        id="limits"
        label={t("title")}
        columns={columns}
        source={{ ...all, rows }}
        place={[here, go]}
        rowId={(limit) => limit.is.id}
        rowName={name}
        onOpen={(limit) => go({ open: writePlace(placeOf(limit)) })}
        actions={actions}
        search={{ placeholder: t("searchLimits") }}
        filtered={of !== "all" || kind !== "all" || near}
        filters={
          <>
            <Select
              aria-label={t("subject")}
              className="w-48"
              value={of}
              onChange={(next) => go({ of: next })}
              options={[
                { value: "all", label: t("allSubjects") },
                ...SUBJECT_KINDS.map((value) => ({ value, label: t(value) })),
              ]}
            />
            <Select
              aria-label={t("kind")}
              className="w-44"
              value={kind}
              onChange={(next) => go({ kind: next })}
              options={[
                { value: "all", label: t("allKinds") },
                { value: "rule", label: t("rules") },
                { value: "budget", label: t("budgets") },
              ]}
            />
            <Button look={near ? "primary" : "plain"} aria-pressed={near} onClick={() => go({ near: !near })}>
              {t("closeOnly")}
            </Button>
          </>
        }
        empty={{ icon: Gauge, title: t("empty"), text: t("emptyText"), action: createButton }}
      />
      {asking ? <LimitDialogs {...asking} onClose={() => ask(undefined)} /> : null}
    </>
  );
}

function Alerts() {
  const t = useTexts(texts);
  const [here, go] = useListPlace(place);
  const columns = useAlertColumns();
  const source = usePaged(alertsQuery);
  return (
    <List
      id="budget-alerts"
      label={t("alerts")}
      columns={columns}
      source={source}
      place={[here, go]}
      rowId={(alert) => alert.id}
      rowName={(alert) => alert.subject.name}
      empty={{ icon: BellRing, title: t("alertsEmpty"), text: t("alertsEmptyText") }}
    />
  );
}
