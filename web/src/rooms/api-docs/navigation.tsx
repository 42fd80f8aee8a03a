import { Link } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { useEffect, useMemo, useRef } from "react";
import { useTexts } from "@/i18n";
import { cn } from "@/ui/cn";
import { Input } from "@/ui/input";
import { type Group, search } from "./document";
import { Method } from "./method";
import { texts } from "./texts";

/** All operations by what they are about. `/` jumps to the search, as in lists. */
export function Navigation({
  groups,
  open,
  q,
  onSearch,
}: {
  groups: readonly Group[];
  open: string | undefined;
  q: string;
  onSearch: (q: string) => void;
}) {
  const t = useTexts(texts);
  const input = useRef<HTMLInputElement>(null);
  const found = useMemo(() => search(groups, q), [groups, q]);

  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      const typing = event.target instanceof Element && event.target.closest("input, textarea, [contenteditable]");
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.current?.focus();
    }
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);

  return (
    <nav aria-label={t("operations")} className="flex min-h-0 w-full min-w-0 flex-col gap-3">
      <div className="relative shrink-0">
        <Search aria-hidden="true" className="pointer-events-none absolute top-2 left-2.5 size-4 text-muted" />
        <Input
          ref={input}
          type="search"
          value={q}
          onChange={(event) => onSearch(event.target.value)}
          aria-label={t("search")}
          aria-keyshortcuts="/"
          placeholder={t("search")}
          className="pl-8"
        />
      </div>
      <div className="-mx-1 grid grid-cols-[minmax(0,1fr)] content-start gap-4 overflow-y-auto px-1 pb-4">
        {found.map(({ tag, operations }) => (
          <div key={tag}>
            <h2 className="px-2 pb-1 font-medium text-muted text-xs">{tag}</h2>
            <ul>
              {operations.map((operation) => {
                const here = operation.id === open;
                return (
                  <li key={operation.id}>
                    <Link
                      to="/api-docs"
                      search={{ op: operation.id, ...(q ? { q } : {}) }}
                      aria-current={here ? "page" : undefined}
                      title={`${operation.method} ${operation.path}`}
                      className={cn(
                        "flex items-center gap-2 rounded-md px-2 py-1.5 text-muted hover:bg-hover hover:text-ink focus-visible:-outline-offset-2",
                        here && "bg-hover font-medium text-ink",
                      )}
                    >
                      <Method method={operation.method} className="w-11 shrink-0" />
                      <span className="min-w-0 truncate">{operation.summary.replace(/\.$/, "")}</span>
                    </Link>
                  </li>
                );
              })}
            </ul>
          </div>
        ))}
        {found.length === 0 ? <p className="px-2 text-muted">{t("noMatch", { q })}</p> : null}
      </div>
    </nav>
  );
}
