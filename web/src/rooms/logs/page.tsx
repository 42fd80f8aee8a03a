import { Link } from "@tanstack/react-router";
import { Copy, Download, ListFilter, PanelRightOpen, Radio, ScrollText } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import { ApiError, queryClient, type Schemas } from "@/api";
import { isPreset } from "@/format";
import { useTexts } from "@/i18n";
import { List, type RowAction, useListPlace, usePaged } from "@/list";
import { useMay } from "@/shell/access";
import { useRoomActions } from "@/shell/actions";
import { Page as Frame } from "@/shell/page";
import { Button } from "@/ui/button";
import { toClipboard } from "@/ui/copy";
import { Note } from "@/ui/note";
import { TimeRange } from "@/ui/time-range";
import { toast } from "@/ui/toast";
import { Tooltip } from "@/ui/tooltip";
import { type FilterBy, useCallColumns } from "./columns";
import { download, toCsv } from "./csv";
import { CallSheet } from "./detail/sheet";
import { AddFilter, Chips, type SetFilters } from "./filter-bar";
import { LiveControls } from "./live-controls";
import { merge } from "./merge";
import { useKeyNames, useNames } from "./names";
import { NewCalls, Skipped } from "./news";
import { DEFAULT_RANGE, filtersOf, place, questionOf } from "./place";
import { type Call, callsQuery } from "./queries";
import { useTail } from "./tail";
import { texts } from "./texts";

const NO_CALLS: readonly Call[] = [];

export function Page() {
  const t = useTexts(texts);
  const [here, go] = useListPlace(place);
  const mayAll = useMay("logs:read_all");

  const question = useMemo(() => questionOf(here), [here]);
  const query = callsQuery(question);
  const paged = usePaged<Call>(query);
  const filtered = Object.keys(question.filters).length > 0;

  // Whoever opens an empty log waits for the first call: it is listened for without being asked to.
  const [waited, setWaited] = useState(false);
  if (paged.rows?.length === 0 && !filtered && !waited) setWaited(true);
  const mayLive = question.order === "desc" && isPreset(question.range);
  const live = mayLive && (here.live === "on" || waited);

  const reset = () => void queryClient.resetQueries({ queryKey: query.queryKey, exact: true });
  const { tail, ...news } = useTail(question, live, paged.rows, reset);
  function reload() {
    tail.clear();
    reset();
  }

  const { rows: loaded, more } = paged;
  const rows = useMemo(() => loaded && merge(news.shown, loaded, more), [news.shown, loaded, more]);
  const names = useNames(rows ?? NO_CALLS);
  const setFilters: SetFilters = (change) => go(change);
  const filterBy = useCallback<FilterBy>((param, value) => go({ [param]: value, open: undefined }), [go]);
  const keyNames = useKeyNames();
  const columns = useCallColumns(keyNames, filterBy);
  const open = useCallback((call: Call) => go({ open: call.id }), [go]);

  function setLive(on: boolean) {
    setWaited(false);
    go({ live: on ? "on" : undefined }, { replace: true });
  }

  function exportCsv() {
    download("calls.csv", toCsv(rows ?? []));
    toast({ title: t("exported", { n: rows?.length ?? 0 }) });
  }

  useRoomActions([
    ...(mayLive
      ? [{ id: "live", label: live ? t("liveOff") : t("liveOn"), icon: Radio, run: () => setLive(!live) }]
      : []),
    ...(rows?.length ? [{ id: "csv", label: t("exportCsv"), icon: Download, run: exportCsv }] : []),
  ]);

  // Stable, like the columns: rows are drawn again when it changes.
  const actions = useCallback(
    (call: Call): readonly RowAction[] => {
      const by = (name: string, param: Parameters<FilterBy>[0], value: string, shown = value): RowAction[] =>
        value
          ? [{ label: t("filterBy", { name, value: shown }), icon: ListFilter, run: () => filterBy(param, value) }]
          : [];
      return [
        { label: t("details"), icon: PanelRightOpen, run: () => open(call) },
        { label: t("copyRequestId"), icon: Copy, run: () => void toClipboard(call.request_id) },
        ...by(t("model"), "model", call.model),
        ...by(t("user"), "user_id", call.user_id, call.user_email),
        ...by(t("key"), "key_id", call.key_id, call.key_name ?? keyNames.get(call.key_id)),
        ...by(t("provider"), "provider", call.provider),
        ...by(t("session"), "session_id", call.session_id),
      ];
    },
    [t, open, filterBy, keyNames],
  );

  const pages: readonly Schemas["CallsBody"][] = queryClient.getQueryData(query.queryKey)?.pages ?? [];
  const unreadable = pages.flatMap((page) => page.unreadable ?? []);
  const wrong =
    paged.error instanceof ApiError && paged.error.field
      ? { field: paged.error.field, message: paged.error.message }
      : undefined;
  const bar = { filters: filtersOf(here), onChange: setFilters, rows: rows ?? NO_CALLS, names };

  return (
    <Frame title={t("title")} text={mayAll ? t("text") : t("textOwn")}>
      <List
        id="logs"
        label={t("title")}
        columns={columns}
        source={{ ...paged, rows, retry: reload }}
        place={[here, go]}
        rowId={(call) => call.id}
        rowName={(call) => call.request_id}
        onOpen={open}
        actions={actions}
        flow="scroll"
        onAtTop={tail.setAtTop}
        over={(toTop) => (
          <NewCalls
            waiting={news.waiting}
            onShow={() => {
              tail.showWaiting();
              toTop();
            }}
          />
        )}
        search={{ placeholder: t("search") }}
        filtered={filtered || here.range !== DEFAULT_RANGE}
        filters={
          <>
            <TimeRange value={here.range} onChange={(range) => go({ range })} />
            <AddFilter {...bar} />
            <LiveControls
              on={live}
              onChange={setLive}
              blocked={mayLive ? undefined : t("liveNeedsNewest")}
              tail={tail}
              link={news.link}
              refusal={news.refusal}
              paused={news.paused}
            />
            <Tooltip text={t("exportCsv")}>
              <Button look="quiet" size="icon" aria-label={t("exportCsv")} disabled={!rows?.length} onClick={exportCsv}>
                <Download />
              </Button>
            </Tooltip>
            {unreadable.length > 0 ? (
              <Note tone="warn" className="order-last basis-full">
                {t("unreadable", { n: new Set(unreadable).size })}
              </Note>
            ) : null}
            <Skipped count={news.skipped} onReload={reload} />
            <Chips {...bar} wrong={wrong} />
          </>
        }
        empty={{
          icon: ScrollText,
          title: t("empty"),
          text: t("emptyText"),
          action: (
            <>
              <Button look="primary" asChild>
                <Link to="/gateway/guide">{t("guide")}</Link>
              </Button>
              <Button onClick={() => go({ range: "30d" })}>{t("longer")}</Button>
            </>
          ),
        }}
      />
      <CallSheet
        id={here.open}
        rows={rows ?? NO_CALLS}
        names={names}
        onOpen={(id) => go({ open: id }, { replace: true })}
        onClose={() => go({ open: undefined })}
        filterBy={filterBy}
        onNearEnd={paged.loadMore}
      />
    </Frame>
  );
}
