import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn";

/** Nothing here yet: says what would be here, and offers the next step. */
export function Empty({
  icon: Icon,
  title,
  text,
  action,
  className,
}: {
  icon: LucideIcon;
  title: ReactNode;
  text?: ReactNode;
  action?: ReactNode;
  className?: string;
}) {
  return (
    <div className={cn("flex flex-col items-center gap-1 px-6 py-16 text-center", className)}>
      <div className="mb-3 grid size-10 place-items-center rounded-lg border bg-canvas">
        <Icon aria-hidden="true" className="size-5 text-muted" />
      </div>
      <h2 className="font-semibold text-base">{title}</h2>
      {text ? <p className="max-w-sm text-muted">{text}</p> : null}
      {action ? <div className="mt-4 flex gap-2">{action}</div> : null}
    </div>
  );
}
