import { ListFilter } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import { Bytes, Count, Duration, Money, Time, Tokens } from "@/format";
import { type T, useTexts } from "@/i18n";
import type { Column } from "@/list";
import { Badge } from "@/ui/badge";
import { inputOf, isUnpriced, OutcomeStatus, tokensOf } from "./outcome";
import type { Param } from "./place";
import type { Call } from "./queries";
import { texts } from "./texts";

export type FilterBy = (param: Param, value: string) => void;

/** `keyNames` and `filterBy` must be stable: rows are drawn again with the columns. */
export function useCallColumns(keyNames: ReadonlyMap<string, string>, filterBy: FilterBy): readonly Column<Call>[] {
  const t = useTexts(texts);
  return useMemo(() => {
    const filterable = (name: string, param: Param, value: string, shown: ReactNode = value): ReactNode => (
      <Filterable name={name} param={param} value={value} filterBy={filterBy} t={t}>
        {shown}
      </Filterable>
    );
    return [
      {
        id: "timestamp",
        header: t("time"),
        cell: (call) => <Time at={call.timestamp} exact />,
        serverSort: true,
        fixed: true,
        whole: true,
        width: 176,
      },
      {
        id: "outcome",
        header: t("outcome"),
        whole: true,
        cell: (call) => filterable(t("outcome"), "outcome", call.outcome, <OutcomeStatus t={t} call={call} />),
        width: 176,
      },
      { id: "model", header: t("model"), whole: true, cell: (call) => filterable(t("model"), "model", call.model) },
      {
        id: "user",
        header: t("user"),
        whole: true,
        cell: (call) => filterable(t("user"), "user_id", call.user_id, call.user_email),
      },
      {
        id: "key",
        header: t("key"),
        whole: true,
        cell: (call) =>
          filterable(t("key"), "key_id", call.key_id, call.key_name ?? keyNames.get(call.key_id) ?? call.key_id),
        width: 150,
        hidden: true,
      },
      {
        id: "provider",
        header: t("provider"),
        whole: true,
        cell: (call) =>
          filterable(
            t("provider"),
            "provider",
            call.provider,
            call.attempts.length > 1 ? (
              <span className="inline-flex items-center gap-1.5">
                {call.provider}
                <Badge title={t("attemptsCount", { n: call.attempts.length })}>×{call.attempts.length}</Badge>
              </span>
            ) : (
              call.provider
            ),
          ),
        width: 132,
      },
      {
        id: "tokens",
        header: t("tokens"),
        cell: (call) => (
          <span className="inline-flex items-center gap-1">
            {call.usage_estimated ? (
              <span className="text-warn-text" title={t("estimatedText")}>
                ≈<span className="sr-only">{t("estimated")}</span>
              </span>
            ) : null}
            <Tokens value={tokensOf(call)} />
          </span>
        ),
        align: "end",
        width: 80,
      },
      {
        id: "cost",
        header: t("cost"),
        cell: (call) =>
          isUnpriced(call) ? (
            <Badge tone="warn" title={t("unpricedText")}>
              {t("unpriced")}
            </Badge>
          ) : (
            <Money value={call.cost_usd} />
          ),
        align: "end",
        width: 104,
      },
      {
        id: "duration",
        header: t("duration"),
        cell: (call) => <Duration ms={call.duration_ms} />,
        align: "end",
        width: 88,
      },
      {
        id: "ttft",
        header: t("ttft"),
        cell: (call) => <Duration ms={call.ttft_ms} />,
        align: "end",
        width: 100,
        hidden: true,
      },
      {
        id: "input",
        header: t("tokensIn"),
        cell: (call) => <Tokens value={inputOf(call)} />,
        align: "end",
        width: 92,
        hidden: true,
      },
      {
        id: "output",
        header: t("tokensOut"),
        cell: (call) => <Tokens value={call.output_tokens} />,
        align: "end",
        width: 92,
        hidden: true,
      },
      {
        id: "client",
        header: t("client"),
        whole: true,
        cell: (call) => filterable(t("client"), "client", call.client),
        width: 150,
        hidden: true,
      },
      { id: "reason", header: t("errorClass"), cell: (call) => plain(call.error_class), width: 150, hidden: true },
      {
        id: "stream",
        header: t("stream"),
        whole: true,
        cell: (call) =>
          filterable(t("stream"), "stream", String(call.stream), call.stream ? t("streamed") : t("whole")),
        width: 120,
        hidden: true,
      },
      { id: "endpoint", header: t("endpoint"), cell: (call) => plain(call.endpoint), width: 170, hidden: true },
      {
        id: "session",
        header: t("session"),
        whole: true,
        cell: (call) => filterable(t("session"), "session_id", call.session_id),
        width: 170,
        hidden: true,
      },
      { id: "ip", header: t("address"), cell: (call) => plain(call.ip_address), width: 140, hidden: true },
      {
        id: "attempts",
        header: t("attempts"),
        cell: (call) => <Count value={call.attempts.length} />,
        align: "end",
        width: 90,
        hidden: true,
      },
      {
        id: "bytes",
        header: t("answerSize"),
        cell: (call) => <Bytes value={call.response_bytes} />,
        align: "end",
        width: 110,
        hidden: true,
      },
      {
        id: "request",
        header: t("requestId"),
        cell: (call) => <code>{call.request_id}</code>,
        width: 290,
        hidden: true,
      },
    ];
  }, [t, keyNames, filterBy]);
}

/**
 * A value with a button that filters by it, there while the mouse is over the cell. The row's menu has the same for those
 * without a mouse; a button per cell would be five stops for Tab in each row, and five drawings per row that scrolls by.
 */
function Filterable({
  name,
  param,
  value,
  filterBy,
  t,
  children,
}: {
  name: string;
  param: Param;
  value: string;
  filterBy: FilterBy;
  t: T<(typeof texts)["en"]>;
  children: ReactNode;
}) {
  const [over, setOver] = useState(false);
  if (value === "") return <span className="text-muted">–</span>;
  const says = over ? t("filterBy", { name, value: typeof children === "string" ? children : value }) : "";
  return (
    // As high as the cell, or the button would go when the mouse comes to it from above. It cuts what is too long in place of the cell.
    <span
      className="-mx-3 block truncate px-3 py-2"
      onPointerEnter={(event) => event.pointerType === "mouse" && setOver(true)}
      onPointerLeave={() => setOver(false)}
      title={typeof children === "string" ? children : undefined}
    >
      {/* Before the value, so that the value is cut where the button begins. */}
      {over ? (
        <button
          type="button"
          tabIndex={-1}
          aria-label={says}
          title={says}
          onClick={() => filterBy(param, value)}
          className="float-right -my-0.5 ml-1 grid size-6 place-items-center rounded-sm text-muted hover:bg-sunken hover:text-ink"
        >
          <ListFilter aria-hidden="true" className="size-3.5" />
        </button>
      ) : null}
      {children}
    </span>
  );
}

function plain(text: string): ReactNode {
  return text ? <span title={text}>{text}</span> : <span className="text-muted">–</span>;
}
