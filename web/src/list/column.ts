import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

/** A column of a list. */
export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /**
   * The plain value behind the cell. Lists that are whole in the browser search in it and sort by it; times as the API
   * writes them sort as texts. Money: give `compare` too.
   */
  value?: (row: Row) => string | number | boolean | null | undefined;
  compare?: (a: Row, b: Row) => number;
  /** The server sorts by it. For lists that come page by page, where sorting what is loaded would mislead. */
  serverSort?: boolean;
  align?: "end";
  /** In pixels; columns without one share what is left. */
  width?: number;
  /**
   * Its values always fit (as those of columns with `align` do), so that nothing has to be cut off. Every cut is a clip
   * that the browser paints by itself, in each frame of scrolling.
   */
  whole?: boolean;
  /** Not shown until chosen. */
  hidden?: boolean;
  /** Cannot be hidden. The first column never can. */
  fixed?: boolean;
}

/** Something that can be done with a row. */
export interface RowAction {
  label: string;
  icon?: LucideIcon;
  run: () => void;
  danger?: boolean;
  /** Why not now; it is shown and cannot be chosen. */
  blocked?: string | undefined;
}

/** The width that a column without one is given at least. */
export const SHARED_WIDTH = 180;
export const ACTIONS_WIDTH = 48;
