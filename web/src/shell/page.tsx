import { type ReactNode, useEffect } from "react";
import { cn } from "@/ui/cn";

/** The frame of a room: its title, one line of what it is for, its actions, its content. */
export function Page({
  title,
  text,
  actions,
  wide = true,
  children,
}: {
  title: string;
  text?: ReactNode;
  actions?: ReactNode;
  /** Lists take the room there is; forms and prose are easier to read when narrow. */
  wide?: boolean;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · ThinkWatch`;
  }, [title]);

  return (
    <div className={cn("mx-auto flex w-full flex-1 flex-col gap-5 p-4 sm:p-6", wide ? "max-w-[100rem]" : "max-w-3xl")}>
      <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="grid gap-0.5">
          <h1 className="font-semibold text-xl tracking-tight">{title}</h1>
          {text ? <p className="max-w-prose text-base text-muted">{text}</p> : null}
        </div>
        {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
      </header>
      {children}
    </div>
  );
}
