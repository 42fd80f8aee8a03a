/** The one place that knows TanStack Table: which rows, in which order, with which columns. */
import {
  type ColumnDef,
  columnFilteringFeature,
  columnVisibilityFeature,
  createFilteredRowModel,
  createSortedRowModel,
  globalFilteringFeature,
  type RowData,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useMemo, useState } from "react";
import type { Column } from "./column";
import type { ListPlace } from "./place";
import type { Source } from "./source";

const features = tableFeatures({
  columnVisibilityFeature,
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  columnFilteringFeature,
  globalFilteringFeature,
  filteredRowModel: createFilteredRowModel(),
});

const NO_ROWS: readonly never[] = [];
const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

export interface Model<Row> {
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  choices: readonly { column: Column<Row>; shown: boolean }[];
  choose: (id: string, shown: boolean) => void;
  sortable: (column: Column<Row>) => boolean;
}

export function useModel<Row>(
  id: string,
  columns: readonly Column<Row>[],
  source: Source<Row>,
  place: ListPlace,
): Model<Row> {
  const [visibility, choose] = useVisibility(id, columns);
  const byServer = source.by === "server";
  const definitions = useMemo(() => columns.map((column) => define(column as Column<RowData>)), [columns]);
  const table = useTable({
    features,
    columns: definitions,
    // The table wants its own idea of a row; ours are plain objects, which it takes but cannot know.
    data: (source.rows ?? NO_ROWS) as readonly RowData[],
    manualSorting: byServer,
    manualFiltering: byServer,
    enableSortingRemoval: false,
    globalFilterFn: (row, columnId, wanted: string) =>
      String(row.getValue(columnId) ?? "")
        .toLowerCase()
        .includes(wanted),
    getColumnCanGlobalFilter: () => true,
    state: {
      columnVisibility: visibility,
      globalFilter: place.q.trim().toLowerCase(),
      sorting: sorting(place.sort, columns),
    },
  });
  const { rows } = table.getRowModel();

  return {
    rows: useMemo(() => rows.map((row) => row.original as Row), [rows]),
    columns: useMemo(() => columns.filter((column) => visibility[column.id] !== false), [columns, visibility]),
    choices: columns
      .filter((column, index) => index > 0 && !column.fixed)
      .map((column) => ({ column, shown: visibility[column.id] !== false })),
    choose,
    sortable: (column) => (byServer ? (column.serverSort ?? false) : Boolean(column.value ?? column.compare)),
  };
}

function define(column: Column<RowData>): ColumnDef<typeof features, RowData> {
  return {
    id: column.id,
    accessorFn: (row) => column.value?.(row),
    enableSorting: Boolean(column.value ?? column.compare),
    sortUndefined: "last",
    sortFn: (a, b, id) => {
      if (column.compare) return column.compare(a.original, b.original);
      const [left, right] = [a.getValue(id), b.getValue(id)];
      if (typeof left === "number" && typeof right === "number") return left - right;
      return collator.compare(String(left ?? ""), String(right ?? ""));
    },
  };
}

function sorting<Row>(sort: string | undefined, columns: readonly Column<Row>[]): { id: string; desc: boolean }[] {
  const desc = sort?.startsWith("-") ?? false;
  const id = desc ? sort?.slice(1) : sort;
  return columns.some((column) => column.id === id) && id ? [{ id, desc }] : [];
}

/** Which columns are shown is the person's habit, not the place: it is remembered in the browser, not in the address. */
function useVisibility<Row>(id: string, columns: readonly Column<Row>[]) {
  const stored = `tw.columns.${id}`;
  const [chosen, setChosen] = useState<Record<string, boolean>>(() => {
    try {
      return JSON.parse(localStorage.getItem(stored) ?? "{}");
    } catch {
      return {};
    }
  });
  const visibility = useMemo(
    () => Object.fromEntries(columns.map((column) => [column.id, chosen[column.id] ?? !column.hidden])),
    [columns, chosen],
  );
  function choose(column: string, shown: boolean) {
    const next = { ...chosen, [column]: shown };
    setChosen(next);
    localStorage.setItem(stored, JSON.stringify(next));
  }
  return [visibility, choose] as const;
}
