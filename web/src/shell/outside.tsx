import { type ReactNode, useEffect } from "react";
import { Card } from "@/ui/card";
import { cn } from "@/ui/cn";
import { Logo } from "./logo";
import { OfflineBanner } from "./offline-banner";
import { LanguageMenu, ThemeMenu } from "./preferences";

/** The frame of pages before sign-in. */
export function Outside({
  title,
  text,
  wide = false,
  children,
}: {
  title: string;
  text?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · ThinkWatch`;
  }, [title]);

  return (
    <div className="flex min-h-dvh flex-col">
      <OfflineBanner />
      <header className="flex justify-end gap-0.5 p-2">
        <LanguageMenu />
        <ThemeMenu />
      </header>
      <main
        className={cn(
          "mx-auto flex w-full flex-1 flex-col gap-6 p-4 pb-16 sm:pt-[8vh]",
          wide ? "max-w-2xl" : "max-w-sm",
        )}
      >
        <div className="flex items-center gap-3">
          <Logo className="size-9" />
          <div>
            <p className="font-semibold text-lg tracking-tight">ThinkWatch</p>
            {text ? <p className="text-muted">{text}</p> : null}
          </div>
        </div>
        <Card className="p-5 shadow-sm">
          <h1 className="mb-5 font-semibold text-lg">{title}</h1>
          {children}
        </Card>
      </main>
    </div>
  );
}
