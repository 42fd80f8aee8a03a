import { Columns3, RefreshCw, Search, X } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { cn } from "@/ui/cn";
import { Input } from "@/ui/input";
import { Menu, MenuChoice, MenuContent, MenuLabel, MenuTrigger } from "@/ui/menu";
import type { Model } from "./model";
import { texts } from "./texts";

/** Long enough not to ask at every key, short enough to feel immediate. */
const PAUSE_MS = 200;

export function SearchBox({
  value,
  onChange,
  placeholder,
}: {
  value: string;
  onChange: (value: string) => void;
  placeholder?: string | undefined;
}) {
  const t = useTexts(texts);
  const [typed, setTyped] = useState(value);
  const [seen, setSeen] = useState(value);
  // The address changed by itself (back button, a link): it wins over what is in the box.
  if (seen !== value) {
    setSeen(value);
    setTyped(value);
  }

  // The timer is the outside system: the address follows the box after a pause.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing starts the pause
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => {
      setSeen(typed);
      onChange(typed);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);

  return (
    <div className="relative w-full sm:w-72">
      <Search aria-hidden="true" className="pointer-events-none absolute top-2 left-2.5 size-4 text-muted" />
      <Input
        type="search"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        placeholder={placeholder ?? t("search")}
        aria-label={placeholder ?? t("search")}
        className="px-8 [&::-webkit-search-cancel-button]:hidden"
      />
      {typed ? (
        <Button
          look="quiet"
          size="icon-sm"
          aria-label={t("clearSearch")}
          onClick={() => setTyped("")}
          className="absolute top-0.5 right-0.5"
        >
          <X />
        </Button>
      ) : null}
    </div>
  );
}

export function Toolbar<Row>({
  model,
  search,
  filters,
  refreshing,
  onRefresh,
}: {
  model: Model<Row>;
  search: ReactNode;
  filters: ReactNode;
  refreshing: boolean;
  onRefresh: () => void;
}) {
  const t = useTexts(texts);
  return (
    <div className="flex flex-wrap items-center gap-2">
      {search}
      {filters}
      <div className="ml-auto flex items-center gap-0.5">
        <Button look="quiet" size="icon" aria-label={t("refresh")} onClick={onRefresh}>
          <RefreshCw className={cn(refreshing && "animate-spin")} />
        </Button>
        {model.choices.length > 0 ? (
          <Menu modal={false}>
            <MenuTrigger asChild>
              <Button look="quiet" size="icon" aria-label={t("columns")}>
                <Columns3 />
              </Button>
            </MenuTrigger>
            <MenuContent align="end">
              <MenuLabel>{t("columns")}</MenuLabel>
              {model.choices.map(({ column, shown }) => (
                <MenuChoice
                  key={column.id}
                  checked={shown}
                  onCheckedChange={(next) => model.choose(column.id, next)}
                  onSelect={(event) => event.preventDefault()}
                >
                  {column.header}
                </MenuChoice>
              ))}
            </MenuContent>
          </Menu>
        ) : null}
      </div>
    </div>
  );
}
