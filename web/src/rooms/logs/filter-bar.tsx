import { ChevronLeft, ListFilter, X } from "lucide-react";
import { useState } from "react";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { cn } from "@/ui/cn";
import { Popover, PopoverContent, PopoverTrigger } from "@/ui/popover";
import { FIELDS, type Field, paramsOf } from "./fields";
import { FilterEditor } from "./filter-editor";
import { type Names, useSay } from "./names";
import { type Filters, NO_FILTERS, type Param } from "./place";
import type { Call } from "./queries";
import { texts } from "./texts";

export type SetFilters = (change: Partial<Record<Param | "q", string | undefined>>) => void;

interface Props {
  filters: Filters;
  onChange: SetFilters;
  /** Values are offered from what is loaded. */
  rows: readonly Call[];
  names: Names;
}

/** "Add filter": first the field, then its value. */
export function AddFilter(props: Props) {
  const t = useTexts(texts);
  const [open, setOpen] = useState(false);
  const [field, setField] = useState<Field>();
  const close = () => setOpen(false);
  return (
    <Popover
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        if (next) setField(undefined);
      }}
    >
      <PopoverTrigger asChild>
        <Button>
          <ListFilter aria-hidden="true" className="text-muted" />
          {t("addFilter")}
        </Button>
      </PopoverTrigger>
      <PopoverContent align="start" aria-label={t("addFilter")} className={cn(!field && "w-56 p-1")}>
        {field ? (
          <div className="grid gap-3">
            <div className="-mt-1 -ml-1 flex items-center gap-1">
              <Button look="quiet" size="icon-sm" aria-label={t("back")} onClick={() => setField(undefined)}>
                <ChevronLeft />
              </Button>
              <span className="font-medium">{t(field.name)}</span>
            </div>
            <FilterEditor {...props} field={field} onDone={close} />
          </div>
        ) : (
          <ul className="max-h-80 overflow-y-auto">
            {FIELDS.map((one) => (
              <li key={one.id}>
                <button
                  type="button"
                  onClick={() => setField(one)}
                  className="flex h-8 w-full items-center rounded-md px-2.5 text-left hover:bg-hover focus-visible:-outline-offset-2"
                >
                  {t(one.name)}
                </button>
              </li>
            ))}
          </ul>
        )}
      </PopoverContent>
    </Popover>
  );
}

/** What is set, each with its way out. A press on a chip changes its value. */
export function Chips({ wrong, ...props }: Props & { wrong: { field: string; message: string } | undefined }) {
  const t = useTexts(texts);
  const { filters, onChange } = props;
  const set = FIELDS.filter((field) => paramsOf(field).some((param) => filters[param] !== undefined));
  if (set.length === 0) return null;
  const refused = set.some((field) => paramsOf(field).some((param) => param === wrong?.field));
  return (
    <div className="order-last grid basis-full gap-1.5">
      <ul aria-label={t("filters")} className="flex flex-wrap items-center gap-1.5">
        {set.map((field) => (
          <Chip
            key={field.id}
            {...props}
            field={field}
            wrong={paramsOf(field).some((param) => param === wrong?.field) ? wrong?.message : undefined}
          />
        ))}
        {set.length > 1 ? (
          <li>
            <Button look="quiet" size="sm" onClick={() => onChange(NO_FILTERS)}>
              {t("clearFilters")}
            </Button>
          </li>
        ) : null}
      </ul>
      {refused ? (
        <p role="alert" className="text-bad-text text-xs">
          {wrong?.message}
        </p>
      ) : null}
    </div>
  );
}

function Chip({ field, wrong, ...props }: Props & { field: Field; wrong: string | undefined }) {
  const t = useTexts(texts);
  const say = useSay(props.names);
  const [open, setOpen] = useState(false);
  const value = say(field, props.filters);
  const clear = () => props.onChange(Object.fromEntries(paramsOf(field).map((param) => [param, undefined])));
  return (
    <li
      className={cn(
        "inline-flex h-7 max-w-full items-center rounded-md border border-line-strong bg-surface text-xs",
        wrong && "border-bad",
      )}
    >
      <Popover open={open} onOpenChange={setOpen}>
        <PopoverTrigger asChild>
          <button
            type="button"
            aria-invalid={wrong ? true : undefined}
            className="flex h-full min-w-0 items-center gap-1.5 rounded-l-md pr-1 pl-2 hover:bg-hover focus-visible:-outline-offset-2"
          >
            <span className="text-muted">{t(field.name)}</span>
            <span className="max-w-56 truncate font-medium" title={value}>
              {value}
            </span>
          </button>
        </PopoverTrigger>
        <PopoverContent align="start">
          <FilterEditor {...props} field={field} onDone={() => setOpen(false)} />
        </PopoverContent>
      </Popover>
      <button
        type="button"
        aria-label={t("removeFilter", { name: t(field.name) })}
        onClick={clear}
        className="grid h-full w-6 place-items-center rounded-r-md text-muted hover:bg-hover hover:text-ink focus-visible:-outline-offset-2"
      >
        <X aria-hidden="true" className="size-3.5" />
      </button>
    </li>
  );
}
