import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useLocation, useNavigate } from "@tanstack/react-router";
import { CircleAlert } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { useTexts } from "@/i18n";
import { useMay } from "@/shell/access";
import { Page as Frame } from "@/shell/page";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { cn } from "@/ui/cn";
import { Empty } from "@/ui/empty";
import { Note } from "@/ui/note";
import { Alerts } from "./alerts";
import { Charts } from "./charts";
import { FeedCard } from "./feed";
import { useFeed } from "./feed-rows";
import { Figures } from "./figures";
import { FirstRun } from "./first-run";
import { HealthCard } from "./health";
import { Loading } from "./loading";
import { overviewQuery } from "./queries";
import { DEFAULT_RANGE, isMoving, place, quietMs } from "./range";
import { RangeChoice, useSpanText } from "./range-choice";
import { courseOf } from "./series";
import { texts } from "./texts";
import { Tops } from "./tops";

export function Page() {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const { search } = useLocation();
  const { range } = place.parse(search);
  const overview = useQuery(overviewQuery(range));
  const operates = useMay("health:read");
  const mayWatch = useMay("logs:read_own", "logs:read_all");
  const feed = useFeed(mayWatch, useRefresh(range));
  const shown = overview.data;
  const course = useMemo(() => shown && courseOf(shown, new Date()), [shown]);
  const span = useSpanText(range, shown);

  const setRange = (next: string) =>
    void navigate({
      to: ".",
      search: next === DEFAULT_RANGE ? {} : { range: next },
      resetScroll: false,
    });

  const never = feed.rows?.length === 0 && shown?.totals.requests === 0 && shown.previous.requests === 0;
  if (never) return <FirstRun state={feed.state} />;

  return (
    <Frame title={t("title")} text={span} actions={<RangeChoice range={range} onChange={setRange} />}>
      {operates ? <Alerts /> : null}
      {overview.error && shown ? <Note tone="warn">{t("notRefreshed", { why: overview.error.message })}</Note> : null}
      {shown?.unreadable?.length ? (
        <Note tone="warn">{t("unreadable", { parts: shown.unreadable.join(", ") })}</Note>
      ) : null}
      {shown && course ? (
        <div
          aria-busy={overview.isPlaceholderData}
          className={cn("grid gap-4 transition-opacity", overview.isPlaceholderData && "opacity-60")}
        >
          <Figures overview={shown} course={course} range={range} />
          {shown.totals.requests === 0 && range !== "30d" ? (
            <Note
              action={
                <Button size="sm" onClick={() => setRange("30d")}>
                  {t("showMonth")}
                </Button>
              }
            >
              {t("quiet")}
            </Note>
          ) : null}
          <Charts
            course={course}
            onZoom={setRange}
            feed={mayWatch ? <FeedCard feed={feed} own={shown.scope === "own"} /> : null}
            last={operates ? <HealthCard /> : null}
          />
          <Tops overview={shown} range={range} />
        </div>
      ) : overview.error ? (
        <Card role="alert">
          <Empty
            icon={CircleAlert}
            title={t("failed")}
            text={overview.error.message}
            action={
              <Button look="primary" busy={overview.isFetching} onClick={() => void overview.refetch()}>
                {t("tryAgain")}
              </Button>
            }
          />
        </Card>
      ) : (
        <Loading />
      )}
    </Frame>
  );
}

/** Brings the figures up to date after calls: soon after the first, and not with each of many. */
function useRefresh(range: string): () => void {
  const queries = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const last = useRef(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another range waits for nothing
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [range],
  );

  return useCallback(() => {
    if (timer.current !== undefined || !isMoving(range, new Date())) return;
    const due = Math.max(300, last.current + quietMs(range) - Date.now());
    timer.current = setTimeout(() => {
      timer.current = undefined;
      last.current = Date.now();
      void queries.invalidateQueries({ queryKey: ["overview", range] });
    }, due);
  }, [queries, range]);
}
