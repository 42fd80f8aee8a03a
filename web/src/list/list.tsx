/**
 * The list of every room: search, order, pages, column choice, row actions, keyboard, and the states before, without and
 * instead of rows. A table wider than the screen scrolls sideways under its first column, on a phone as on a desk.
 */
import { CircleAlert, type LucideIcon, SearchX } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { ApiError, NetworkError } from "@/api";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { CopyText } from "@/ui/copy";
import { Empty } from "@/ui/empty";
import { Note } from "@/ui/note";
import { Skeleton } from "@/ui/skeleton";
import { PageOfRows, ScrollingRows } from "./bodies";
import type { Column, RowAction } from "./column";
import { Footer } from "./footer";
import { Head } from "./head";
import { useModel } from "./model";
import type { ListPlace, SetPlace } from "./place";
import { PAGE_SIZE, type Source } from "./source";
import { texts } from "./texts";
import { SearchBox, Toolbar } from "./toolbar";

export interface ListProps<Row> {
  /** The chosen columns are remembered under it. */
  id: string;
  /** What the list is of, for screen readers. */
  label: string;
  /** Keep it stable (`useMemo`): rows are drawn again when it changes. */
  columns: readonly Column<Row>[];
  source: Source<Row>;
  place: readonly [ListPlace, SetPlace<ListPlace>];
  rowId: (row: Row) => string;
  /** What a person calls the row. */
  rowName: (row: Row) => string;
  onOpen?: (row: Row) => void;
  actions?: (row: Row) => readonly RowAction[];
  /** What is shown when there is nothing, with the next step. Not shown for a search that found nothing. */
  empty: { icon: LucideIcon; title: string; text?: ReactNode; action?: ReactNode };
  /** Controls beside the search. */
  filters?: ReactNode;
  /** Whether a filter of the room's own is set. */
  filtered?: boolean;
  /** "none" where the server cannot search. */
  search?: "none" | { placeholder: string };
  /** Pages of fifty, or one list that loads as it is scrolled. */
  flow?: "pages" | "scroll";
  /** For lists that scroll: told when the first row comes into or goes out of sight. */
  onAtTop?: (atTop: boolean) => void;
  /** Lies over the beginning of the rows: news of what is not shown yet. Asked to scroll up by its argument. */
  over?: (toTop: () => void) => ReactNode;
}

export function List<Row>(props: ListProps<Row>) {
  const { id, label, columns, source, rowId, rowName, onOpen, actions, flow = "pages", search } = props;
  const t = useTexts(texts);
  const [place, setPlace] = props.place;
  const model = useModel(id, columns, source, place);

  const pageCount = Math.max(1, Math.ceil(model.rows.length / PAGE_SIZE));
  const page = Math.min(place.page, pageCount);
  const shown = flow === "pages" ? model.rows.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE) : model.rows;

  // An address may point at a page that is not loaded yet.
  const missing = flow === "pages" && source.by === "server" && source.more && place.page > pageCount;
  const { loadMore } = source;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each loaded page is a reason to look again
  useEffect(() => {
    if (missing) loadMore();
  }, [missing, pageCount, source.refreshing]);

  const searched = place.q !== "" || (props.filtered ?? false);
  const hasMore = source.by === "server" && source.more;
  const head = (
    <Head
      model={model}
      sort={place.sort}
      onSort={(sort) => setPlace({ sort }, { replace: true })}
      withActions={!!actions}
    />
  );
  const body = { model, rowId, head, label, name: rowName, onOpen, actions };

  // A search that the server does not take must stay at hand, to be mended.
  const failed = source.rows === undefined ? source.error : null;
  if (failed && !searched) return <Failed error={failed} onRetry={source.retry} />;
  if (source.rows?.length === 0 && !searched && !source.error) {
    return (
      <Card>
        <Empty {...props.empty} />
      </Card>
    );
  }

  return (
    <section aria-label={label} className="grid min-w-0 gap-3">
      <Toolbar
        model={model}
        filters={props.filters}
        refreshing={source.refreshing}
        onRefresh={source.retry}
        search={
          search === "none" ? null : (
            <SearchBox
              value={place.q}
              onChange={(q) => setPlace({ q }, { replace: true })}
              placeholder={search?.placeholder}
            />
          )
        }
      />
      {source.error && !failed ? <Note tone="bad">{sayError(source.error, t("noAnswer"))}</Note> : null}
      {source.by === "browser" && source.more ? (
        <Note tone="warn">{t("cut", { n: source.rows?.length ?? 0 })}</Note>
      ) : null}
      {failed ? (
        <Failed error={failed} onRetry={source.retry} />
      ) : source.rows === undefined ? (
        <Loading />
      ) : model.rows.length === 0 ? (
        <Card>
          <Empty
            icon={SearchX}
            title={t("noMatch")}
            text={t("noMatchText")}
            action={place.q ? <Button onClick={() => setPlace({ q: "" })}>{t("clearSearch")}</Button> : null}
          />
        </Card>
      ) : flow === "scroll" ? (
        <ScrollingRows {...body} rows={shown} source={source} onAtTop={props.onAtTop} over={props.over} />
      ) : (
        <>
          <PageOfRows {...body} rows={shown} />
          <Footer
            from={(page - 1) * PAGE_SIZE + 1}
            to={(page - 1) * PAGE_SIZE + shown.length}
            total={hasMore ? undefined : model.rows.length}
            busy={source.loadingMore}
            onPrevious={page > 1 ? () => setPlace({ page: page - 1 }) : undefined}
            onNext={page < pageCount || hasMore ? () => setPlace({ page: page + 1 }) : undefined}
          />
        </>
      )}
    </section>
  );
}

function Loading() {
  const t = useTexts(texts);
  return (
    <div role="status" aria-label={t("loading")} className="grid gap-px overflow-hidden rounded-xl border bg-line">
      {Array.from({ length: 8 }, (_, index) => (
        <div key={index} className="flex h-10 items-center gap-6 bg-surface px-3">
          <Skeleton className="h-3 w-40" />
          <Skeleton className="h-3 w-24" />
          <Skeleton className="ml-auto h-3 w-16" />
        </div>
      ))}
    </div>
  );
}

function Failed({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const t = useTexts(texts);
  const requestId = error instanceof ApiError ? error.requestId : undefined;
  return (
    <Card role="alert">
      <Empty
        icon={CircleAlert}
        title={t("failed")}
        text={
          <>
            {sayError(error, t("noAnswer"))}
            {requestId ? <CopyText text={requestId} className="mt-2 text-xs" /> : null}
          </>
        }
        action={
          <Button look="primary" onClick={onRetry}>
            {t("tryAgain")}
          </Button>
        }
      />
    </Card>
  );
}

function sayError(error: Error, noAnswer: string): string {
  return error instanceof NetworkError ? noAnswer : error.message;
}
