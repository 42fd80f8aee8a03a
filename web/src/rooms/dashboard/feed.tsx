import { Link } from "@tanstack/react-router";
import { Pause, Play, RadioTower } from "lucide-react";
import { memo } from "react";
import "./feed.css";
import type { Call } from "@/api";
import { compactNumber, Duration, exactNumber, Money, Time } from "@/format";
import { locale, useLanguage, useTexts } from "@/i18n";
import { Button, buttonStyle } from "@/ui/button";
import { Card } from "@/ui/card";
import { cn } from "@/ui/cn";
import { Empty } from "@/ui/empty";
import { Note } from "@/ui/note";
import { Skeleton } from "@/ui/skeleton";
import { Tooltip } from "@/ui/tooltip";
import type { Feed } from "./feed-rows";
import { LiveState } from "./live-state";
import { FAILURES, type Outcome, texts } from "./texts";

/** Calls as they end. As high as what stands beside it; on narrow screens a window of its own. */
export function FeedCard({ feed, own }: { feed: Feed; own: boolean }) {
  const t = useTexts(texts);
  const { rows, fresh, waiting, paused } = feed;
  return (
    <Card aria-label={t("live")} className="relative flex h-96 min-w-0 flex-col overflow-hidden xl:h-full xl:min-h-96">
      <header className="flex min-h-12 items-center gap-2.5 border-b py-1.5 pr-2 pl-4">
        <h2 className="font-semibold text-base">{t("live")}</h2>
        <LiveState state={feed.state} />
        <span className="ml-auto flex items-center">
          <Tooltip text={paused ? t("resume") : t("pause")}>
            <Button
              look="quiet"
              size="icon-sm"
              aria-label={paused ? t("resume") : t("pause")}
              onClick={() => feed.pause(!paused)}
            >
              {paused ? <Play /> : <Pause />}
            </Button>
          </Tooltip>
          <Link to="/logs" className={buttonStyle({ look: "quiet", size: "sm" })}>
            {t("allLogs")}
          </Link>
        </span>
      </header>
      {feed.state === "refused" ? (
        <Note
          tone="warn"
          className="m-2"
          action={
            <Button size="sm" onClick={feed.retry}>
              {t("tryAgain")}
            </Button>
          }
        >
          {(feed.error as Error).message}
        </Note>
      ) : null}
      <div className="relative min-h-0 flex-1">
        <div
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
          role="region"
          aria-label={t("live")}
          onPointerEnter={(event) => event.pointerType === "mouse" && feed.hold(true)}
          onPointerLeave={() => feed.hold(false)}
          className="absolute inset-0 overflow-y-auto focus-visible:-outline-offset-2"
        >
          {rows === undefined && !feed.failed ? (
            <Waiting />
          ) : rows?.length ? (
            <ul>
              {rows.map((call) => (
                <Row key={call.id} call={call} fresh={fresh.has(call.id)} own={own} />
              ))}
            </ul>
          ) : (
            <Empty icon={RadioTower} title={t("waitingForCalls")} text={(feed.failed as Error | null)?.message} />
          )}
        </div>
        {waiting > 0 ? (
          <span
            role="status"
            className="pointer-events-none absolute inset-x-0 top-2 mx-auto w-fit animate-rise rounded-full bg-ink px-2.5 py-1 font-medium text-canvas text-xs shadow-md"
          >
            {t("newCalls", { n: waiting })}
          </span>
        ) : null}
      </div>
    </Card>
  );
}

const Row = memo(function Row({ call, fresh, own }: { call: Call; fresh: boolean; own: boolean }) {
  const t = useTexts(texts);
  const here = locale(useLanguage());
  const failed = FAILURES.has(call.outcome);
  const input = call.input_tokens + call.cache_read_tokens + call.cache_write_5m_tokens + call.cache_write_1h_tokens;
  const who = own ? call.client || call.provider : call.user_email || call.client;
  return (
    <li className="feed-row" data-fresh={fresh || undefined}>
      <Link
        to="/logs"
        search={{ open: call.request_id }}
        className="grid grid-cols-[auto_1fr_auto] items-baseline gap-x-2.5 border-b px-4 py-2 text-ink hover:bg-hover focus-visible:-outline-offset-2"
      >
        <span
          aria-hidden="true"
          className={cn(
            "size-2 -translate-y-px rounded-full",
            failed ? "bg-bad-text" : call.outcome === "ok" ? "bg-good-text" : "bg-control",
          )}
        />
        <span className="flex min-w-0 items-baseline gap-2">
          <span className="truncate font-medium" title={call.model}>
            {call.model || call.endpoint}
          </span>
          {call.outcome === "ok" ? null : (
            <span className={cn("truncate text-xs", failed ? "text-bad-text" : "text-muted")}>
              {failed && call.status_code ? `${call.status_code} ` : ""}
              {call.error_class ? call.error_class : t(`outcome_${call.outcome as Outcome | "cancelled"}`)}
            </span>
          )}
        </span>
        <span className="flex items-baseline justify-end gap-3">
          <span className="text-muted text-xs">
            <Duration ms={call.duration_ms} />
          </span>
          <span className="min-w-14 text-right font-medium">
            <Money value={call.cost_usd} />
          </span>
        </span>
        <span className="col-span-2 col-start-2 flex min-w-0 gap-1.5 text-muted text-xs">
          <span className="truncate" title={who}>
            {who}
          </span>
          {input + call.output_tokens > 0 ? (
            <span
              className="figures shrink-0"
              title={t("inOut", { input: exactNumber(input, here), output: exactNumber(call.output_tokens, here) })}
            >
              · {compactNumber(input, here)} → {compactNumber(call.output_tokens, here)}
            </span>
          ) : null}
          <span className="ml-auto shrink-0 pl-2">
            <Time at={call.timestamp} />
          </span>
        </span>
      </Link>
    </li>
  );
});

function Waiting() {
  return (
    <div className="grid gap-4 p-4">
      {Array.from({ length: 7 }, (_, at) => (
        <div key={at} className="grid gap-1.5">
          <Skeleton className="w-1/2" />
          <Skeleton className="h-3 w-3/4" />
        </div>
      ))}
    </div>
  );
}
