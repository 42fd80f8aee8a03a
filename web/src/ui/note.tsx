import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn";

const LOOK = {
  info: ["bg-accent-soft text-accent-text", Info],
  good: ["bg-good-soft text-good-text", CircleCheck],
  warn: ["bg-warn-soft text-warn-text", TriangleAlert],
  bad: ["bg-bad-soft text-bad-text", CircleAlert],
} as const;

/** A remark inside a page or form. Errors are read out at once. */
export function Note({
  tone = "info",
  title,
  children,
  action,
  className,
}: {
  tone?: keyof typeof LOOK;
  title?: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
}) {
  const [classes, Icon] = LOOK[tone];
  return (
    <div
      role={tone === "bad" ? "alert" : "note"}
      className={cn("flex items-start gap-2.5 rounded-lg px-3 py-2.5", classes, className)}
    >
      <Icon aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
      <div className="grid min-w-0 flex-1 gap-0.5">
        {title ? <p className="font-semibold">{title}</p> : null}
        {children}
      </div>
      {action}
    </div>
  );
}
