/** The details of one call, whose id is in the address. J and K go to the calls below and above it in the list. */
import { useQuery } from "@tanstack/react-query";
import { ChevronDown, ChevronUp, SearchX } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useRef } from "react";
import { isStatus } from "@/api";
import { Duration, exactTime, Money, Tokens } from "@/format";
import { locale, useLanguage, useTexts } from "@/i18n";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { Sheet } from "@/ui/dialog";
import { Empty } from "@/ui/empty";
import { Note } from "@/ui/note";
import { Skeleton } from "@/ui/skeleton";
import { Tooltip } from "@/ui/tooltip";
import type { FilterBy } from "../columns";
import type { Names } from "../names";
import { isUnpriced, OutcomeStatus, tokensOf } from "../outcome";
import { type Call, callQuery } from "../queries";
import { texts as roomTexts } from "../texts";
import { Caller, Ids, Request } from "./about";
import { Attempts } from "./attempts";
import { Plan } from "./plan";
import { sentence } from "./sentence";
import { texts } from "./texts";
import { Timing } from "./timing";
import { TokensAndCost } from "./tokens";

interface Props {
  id: string | undefined;
  /** The rows of the list, in which one goes on. */
  rows: readonly Call[];
  names: Names;
  onOpen: (id: string) => void;
  onClose: () => void;
  filterBy: FilterBy;
  /** The end of what is loaded comes near. */
  onNearEnd: () => void;
}

/** Going on must not wait for the next page. */
const NEAR_END = 5;

export function CallSheet({ id, rows, names, onOpen, onClose, filterBy, onNearEnd }: Props) {
  const t = useTexts(texts);
  const at = id === undefined ? -1 : rows.findIndex((call) => call.id === id);
  const inList = rows[at];
  const query = useQuery({ ...callQuery(id ?? ""), enabled: id !== undefined && !inList });
  const call = inList ?? query.data;
  const body = useRef<HTMLDivElement>(null);

  function step(by: 1 | -1) {
    const next = at < 0 ? undefined : rows[at + by];
    if (!next) return;
    onOpen(next.id);
    if (at + by >= rows.length - NEAR_END) onNearEnd();
    body.current?.parentElement?.scrollTo({ top: 0 });
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.metaKey || event.ctrlKey || event.altKey || event.target instanceof HTMLInputElement) return;
    if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
  }

  return (
    // Events of the sheet come here through React's tree, wherever in it the focus is.
    // biome-ignore lint/a11y/noStaticElementInteractions: it only listens; what can be operated is inside
    <div role="presentation" className="contents" onKeyDown={onKeyDown}>
      <Sheet
        open={id !== undefined}
        onOpenChange={(open) => !open && onClose()}
        title={call ? call.model || call.endpoint : t("call")}
        className="max-w-2xl"
        onOpenAutoFocus={(event) => {
          // Not the first button: its tooltip would lie over what one came to read.
          event.preventDefault();
          body.current?.focus();
        }}
        footer={
          <div className="flex w-full items-center gap-1">
            <Tooltip text={t("nextHint")}>
              <Button size="icon" aria-label={t("next")} disabled={at < 0 || !rows[at + 1]} onClick={() => step(1)}>
                <ChevronDown />
              </Button>
            </Tooltip>
            <Tooltip text={t("previousHint")}>
              <Button
                size="icon"
                aria-label={t("previous")}
                disabled={at < 0 || !rows[at - 1]}
                onClick={() => step(-1)}
              >
                <ChevronUp />
              </Button>
            </Tooltip>
            {at >= 0 ? (
              <span className="figures px-2 text-muted">{t("position", { n: at + 1, of: rows.length })}</span>
            ) : null}
            {call ? (
              <CopyButton className="ml-auto" text={JSON.stringify(call, null, 2)} label={t("copyJson")} />
            ) : null}
          </div>
        }
      >
        <div ref={body} tabIndex={-1} className="outline-none">
          {call ? (
            <Details call={call} names={names} filterBy={filterBy} />
          ) : isStatus(query.error, 404) ? (
            <Empty icon={SearchX} title={t("notFound")} text={t("notFoundText")} />
          ) : query.error ? (
            <Note tone="bad" className="m-5" title={t("loadFailed")}>
              {query.error.message}
              <Button className="mt-2 w-fit" onClick={() => void query.refetch()}>
                {t("tryAgain")}
              </Button>
            </Note>
          ) : (
            <Loading />
          )}
        </div>
      </Sheet>
    </div>
  );
}

function Details({ call, names, filterBy }: { call: Call; names: Names; filterBy: FilterBy }) {
  const t = useTexts(texts);
  const room = useTexts(roomTexts);
  const at = locale(useLanguage());
  return (
    <>
      <div className="grid gap-4 px-5 py-4">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          <OutcomeStatus t={room} call={call} />
          <time dateTime={call.timestamp} className="figures text-muted">
            {exactTime(new Date(call.timestamp), at)}
          </time>
          <span className="flex flex-wrap gap-1">
            {call.stream ? <Badge>{t("streamed")}</Badge> : null}
            {call.cache_hit ? <Badge tone="accent">{t("cached")}</Badge> : null}
            {call.usage_estimated ? <Badge tone="warn">{t("estimated")}</Badge> : null}
            {isUnpriced(call) ? <Badge tone="warn">{t("unpriced")}</Badge> : null}
          </span>
        </div>
        <p className="text-base">{sentence(t, call, at)}</p>
        <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-line sm:grid-cols-4">
          <Figure name={t("cost")}>{isUnpriced(call) ? "–" : <Money value={call.cost_usd} />}</Figure>
          <Figure name={t("tokens")}>
            <Tokens value={tokensOf(call)} />
          </Figure>
          <Figure name={t("firstToken")}>
            <Duration ms={call.ttft_ms} />
          </Figure>
          <Figure name={t("duration")}>
            <Duration ms={call.duration_ms} />
          </Figure>
        </dl>
      </div>
      <Timing call={call} />
      <Plan call={call} />
      <Attempts call={call} />
      <TokensAndCost call={call} />
      <Caller call={call} names={names} filterBy={filterBy} />
      <Request call={call} filterBy={filterBy} />
      <Ids call={call} filterBy={filterBy} />
    </>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid gap-0.5 bg-raised px-3 py-2">
      <dt className="text-muted text-xs">{name}</dt>
      <dd className="font-semibold text-lg">{children}</dd>
    </div>
  );
}

function Loading() {
  return (
    <div className="grid gap-4 p-5">
      <Skeleton className="h-4 w-56" />
      <Skeleton className="h-10" />
      <Skeleton className="h-14" />
      <Skeleton className="h-40" />
    </div>
  );
}
