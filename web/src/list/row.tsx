import { Ellipsis } from "lucide-react";
import { memo, useState } from "react";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { cn } from "@/ui/cn";
import { Menu, MenuContent, MenuItem, MenuTrigger } from "@/ui/menu";
import type { Column, RowAction } from "./column";
import { texts } from "./texts";

export interface RowProps<Row> {
  row: Row;
  id: string;
  index: number;
  columns: readonly Column<Row>[];
  /** The one row that Tab reaches; arrows go on from there. */
  reachable: boolean;
  name: (row: Row) => string;
  onOpen: ((row: Row) => void) | undefined;
  actions: ((row: Row) => readonly RowAction[]) | undefined;
}

export const ROW_HEIGHT = 40;

/**
 * Only in a table that is wider than its box: every sticky cell is a layer of its own for the browser, and eighty of them
 * cost a list more at each frame of scrolling than all the rest of it.
 */
export const STICKY =
  "in-data-sideways:sticky in-data-sideways:z-10 in-data-sideways:bg-surface group-hover:bg-hover! group-focus-visible:bg-hover!";

/** Memoised: while a list scrolls, a row that stays must cost nothing. */
export const ListRow = memo(function ListRow<Row>(props: RowProps<Row>) {
  const { row, id, index, columns, reachable, name, onOpen, actions } = props;
  const cell = "h-10 whitespace-nowrap border-b px-3";
  return (
    <tr
      data-index={index}
      data-id={id}
      aria-rowindex={index + 2}
      tabIndex={reachable ? 0 : -1}
      onClick={onOpen ? (event) => opens(event.target) && onOpen(row) : undefined}
      onKeyDown={
        onOpen
          ? (event) => {
              if (event.key !== "Enter" || event.target !== event.currentTarget) return;
              // Or the rest of the key press would land on whatever has the focus once the row is open.
              event.preventDefault();
              onOpen(row);
            }
          : undefined
      }
      className={cn(
        "group hover:bg-hover focus-visible:bg-hover focus-visible:-outline-offset-2",
        onOpen && "cursor-pointer",
      )}
    >
      {columns.map((column, at) => (
        <td
          key={column.id}
          className={cn(
            cell,
            column.align === "end" ? "figures text-right" : !column.whole && "truncate",
            at === 0 && `${STICKY} left-0 max-sm:border-r`,
          )}
        >
          {column.cell(row)}
        </td>
      ))}
      {actions ? (
        <td className={cn(cell, STICKY, "right-0 px-2")}>
          <Actions name={name(row)} actions={() => actions(row)} />
        </td>
      ) : null}
    </tr>
  );
}) as <Row>(props: RowProps<Row>) => React.ReactNode;

/** A press on a control inside the row is meant for the control, and marking text is no press at all. */
function opens(target: EventTarget): boolean {
  if (!(target instanceof Element) || target.closest("a,button,input,[role=menuitem],[role=menu]")) return false;
  return !getSelection()?.toString();
}

function Actions({ name, actions }: { name: string; actions: () => readonly RowAction[] }) {
  const t = useTexts(texts);
  // A menu that was never opened is a button: making menus for rows that pass by is what a scrolling list has no time for.
  const [used, setUsed] = useState(false);
  const button = (
    <Button
      look="quiet"
      size="icon-sm"
      aria-label={t("rowActions", { name })}
      {...(used ? {} : { "aria-haspopup": "menu", "aria-expanded": false, onClick: () => setUsed(true) })}
    >
      <Ellipsis />
    </Button>
  );
  if (!used) return button;
  return (
    <Menu modal={false} defaultOpen>
      <MenuTrigger asChild>{button}</MenuTrigger>
      <MenuContent align="end" onClick={(event) => event.stopPropagation()}>
        <Items actions={actions} />
      </MenuContent>
    </Menu>
  );
}

/** Asked for only when the menu opens: a thousand rows need not know what a thousand menus would hold. */
function Items({ actions }: { actions: () => readonly RowAction[] }) {
  return actions().map(({ label, icon: Icon, run, danger, blocked }) => (
    <MenuItem key={label} onSelect={run} danger={danger ?? false} blocked={blocked}>
      {Icon ? <Icon aria-hidden="true" /> : null}
      {label}
    </MenuItem>
  ));
}
