import { ArrowDown, ArrowUp } from "lucide-react";
import { cn } from "@/ui/cn";
import { ACTIONS_WIDTH, type Column, SHARED_WIDTH } from "./column";
import type { Model } from "./model";
import { STICKY } from "./row";

/** The narrowest a table may get before it scrolls sideways. */
export function narrowest<Row>(columns: readonly Column<Row>[], withActions: boolean): number {
  const widths = columns.reduce((sum, column) => sum + (column.width ?? SHARED_WIDTH), 0);
  return widths + (withActions ? ACTIONS_WIDTH : 0);
}

export function Head<Row>({
  model,
  sort,
  onSort,
  withActions,
}: {
  model: Model<Row>;
  sort: string | undefined;
  onSort: (sort: string) => void;
  withActions: boolean;
}) {
  return (
    <>
      <colgroup>
        {model.columns.map((column) => (
          <col key={column.id} style={column.width ? { width: column.width } : undefined} />
        ))}
        {withActions ? <col style={{ width: ACTIONS_WIDTH }} /> : null}
      </colgroup>
      <thead className="sticky top-0 z-20">
        <tr>
          {model.columns.map((column, index) => {
            const desc = sort === `-${column.id}`;
            const sorted = desc || sort === column.id;
            return (
              <th
                key={column.id}
                scope="col"
                aria-sort={sorted ? (desc ? "descending" : "ascending") : undefined}
                className={cn(
                  "h-9 truncate border-b bg-surface px-3 text-left font-medium text-muted text-xs",
                  column.align === "end" && "text-right",
                  index === 0 && `${STICKY} left-0`,
                )}
              >
                {model.sortable(column) ? (
                  <button
                    type="button"
                    onClick={() => onSort(sort === column.id ? `-${column.id}` : column.id)}
                    className={cn(
                      "-mx-1 inline-flex h-7 items-center gap-1 rounded-sm px-1 hover:text-ink focus-visible:-outline-offset-2",
                      column.align === "end" && "flex-row-reverse",
                      sorted && "text-ink",
                    )}
                  >
                    {column.header}
                    {sorted ? desc ? <ArrowDown className="size-3.5" /> : <ArrowUp className="size-3.5" /> : null}
                  </button>
                ) : (
                  column.header
                )}
              </th>
            );
          })}
          {withActions ? <td className={cn(STICKY, "right-0 border-b bg-surface")} /> : null}
        </tr>
      </thead>
    </>
  );
}
