/** The two ways to show rows: a page at a time, or one long list of which only the visible part is drawn. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useCallback, useEffect, useRef } from "react";
import { useTexts } from "@/i18n";
import { Spinner } from "@/ui/spinner";
import { narrowest } from "./head";
import { useRowKeys } from "./keyboard";
import type { Model } from "./model";
import { ListRow, ROW_HEIGHT, type RowProps } from "./row";
import type { Source } from "./source";
import { texts } from "./texts";

interface BodyProps<Row> extends Pick<RowProps<Row>, "name" | "onOpen" | "actions"> {
  model: Model<Row>;
  rows: readonly Row[];
  rowId: (row: Row) => string;
  head: ReactNode;
  label: string;
}

const tableStyle = "w-full table-fixed border-separate border-spacing-0 text-sm";

export function PageOfRows<Row>({ model, rows, rowId, head, label, ...row }: BodyProps<Row>) {
  const keys = useRowKeys(rows.length);
  return (
    // Relative: words that only a screen reader sees are placed absolutely, and would widen the page from a far cell.
    <div
      data-sideways=""
      className="relative overflow-x-auto rounded-xl border bg-surface [&_tbody_tr:last-child_td]:border-b-0"
    >
      <table aria-label={label} className={tableStyle} style={{ minWidth: narrowest(model.columns, !!row.actions) }}>
        {head}
        <tbody onKeyDown={keys.onKeyDown}>
          {rows.map((value, index) => (
            <ListRow
              key={rowId(value)}
              row={value}
              id={rowId(value)}
              index={index}
              columns={model.columns}
              reachable={index === keys.reachable}
              {...row}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Asks for more when fewer rows than this are left below. */
const AHEAD = 20;

export function ScrollingRows<Row>({
  model,
  rows,
  rowId,
  head,
  label,
  source,
  onAtTop,
  over,
  ...row
}: BodyProps<Row> & {
  source: Source<Row>;
  onAtTop: ((atTop: boolean) => void) | undefined;
  over: ((toTop: () => void) => ReactNode) | undefined;
}) {
  const t = useTexts(texts);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => {
      const value = rows[index];
      return value === undefined ? index : rowId(value);
    },
    overscan: 10,
  });
  const keys = useRowKeys(
    rows.length,
    useCallback((index: number) => virtual.scrollToIndex(index), [virtual]),
  );
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const wanted = source.more && !source.loadingMore && rows.length > 0 && last >= rows.length - AHEAD;

  const { loadMore } = source;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asks once each time the end comes near
  useEffect(() => {
    if (wanted) loadMore();
  }, [wanted]);

  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const width = narrowest(model.columns, !!row.actions);
  // What the box is wide is known to the browser only; rows need not be drawn again for it.
  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const observer = new ResizeObserver(() => box.toggleAttribute("data-sideways", box.clientWidth < width));
    observer.observe(box);
    return () => observer.disconnect();
  }, [width]);

  const list = (
    // Below the bar, the title and the tools of the page there is this much room; a short list takes less.
    <div
      ref={scroller}
      onScroll={onAtTop ? (event) => onAtTop(event.currentTarget.scrollTop < ROW_HEIGHT) : undefined}
      className="relative max-h-[max(24rem,calc(100dvh-15rem))] overflow-auto overscroll-contain rounded-xl border bg-surface [overflow-anchor:none]"
    >
      <table
        aria-label={label}
        aria-rowcount={source.more ? -1 : rows.length + 1}
        className={tableStyle}
        style={{ minWidth: width }}
      >
        {head}
        <tbody onKeyDown={keys.onKeyDown}>
          {before > 0 ? <Gap height={before} /> : null}
          {items.map((item) => {
            const value = rows[item.index];
            return value === undefined ? null : (
              <ListRow
                key={item.key}
                row={value}
                id={rowId(value)}
                index={item.index}
                columns={model.columns}
                reachable={item.index === keys.reachable}
                {...row}
              />
            );
          })}
          {after > 0 ? <Gap height={after} /> : null}
        </tbody>
      </table>
      {source.loadingMore ? (
        <div role="status" className="flex items-center justify-center gap-2 py-3 text-muted">
          <Spinner />
          {t("loading")}
        </div>
      ) : null}
    </div>
  );
  if (!over) return list;
  return (
    <div className="relative min-w-0">
      {list}
      {over(() => scroller.current?.scrollTo({ top: 0 }))}
    </div>
  );
}

function Gap({ height }: { height: number }) {
  return (
    <tr>
      <td style={{ height }} />
    </tr>
  );
}
