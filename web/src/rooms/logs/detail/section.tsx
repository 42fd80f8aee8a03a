import { ListFilter } from "lucide-react";
import { type ReactNode, useId } from "react";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { CopyText } from "@/ui/copy";
import { Tooltip } from "@/ui/tooltip";
import { texts } from "./texts";

export function Section({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="grid gap-2.5 border-t px-5 py-4">
      <div className="flex items-baseline justify-between gap-3">
        <h3 id={id} className="font-semibold">
          {title}
        </h3>
        {aside ? <div className="text-muted text-xs">{aside}</div> : null}
      </div>
      {children}
    </section>
  );
}

export function Facts({ children }: { children: ReactNode }) {
  return <dl className="grid grid-cols-[8.5rem_minmax(0,1fr)] gap-x-4 gap-y-0.5">{children}</dl>;
}

/** A line of a list of facts; absent when there is nothing to say. */
export function Fact({
  name,
  value,
  copy = false,
  onFilter,
  children,
}: {
  name: string;
  value: string;
  /** It is an id: monospaced, with a button to copy it. */
  copy?: boolean;
  onFilter?: (() => void) | undefined;
  /** Instead of the value. */
  children?: ReactNode;
}) {
  const t = useTexts(texts);
  if (value === "") return null;
  return (
    <>
      <dt className="py-1 text-muted">{name}</dt>
      <dd className="flex min-h-7 min-w-0 items-center gap-1">
        {children ?? (copy ? <CopyText text={value} /> : <span className="min-w-0 break-words">{value}</span>)}
        {onFilter ? (
          <Tooltip text={t("filterBy", { name, value })}>
            <Button
              look="quiet"
              size="icon-sm"
              className="size-6 [&_svg]:size-3.5"
              aria-label={t("filterBy", { name, value })}
              onClick={onFilter}
            >
              <ListFilter />
            </Button>
          </Tooltip>
        ) : null}
      </dd>
    </>
  );
}
