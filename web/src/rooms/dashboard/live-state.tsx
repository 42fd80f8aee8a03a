import type { LiveCalls } from "@/api";
import { useTexts } from "@/i18n";
import { cn } from "@/ui/cn";
import { texts } from "./texts";

/** What the feed's connection is doing: a dot and always the word. */
export function LiveState({ state }: { state: LiveCalls["state"] }) {
  const t = useTexts(texts);
  const open = state === "open";
  return (
    <span
      role="status"
      className={cn("inline-flex items-center gap-1.5 text-xs", open ? "text-good-text" : "text-muted")}
    >
      <span aria-hidden="true" className="relative grid size-3 place-items-center">
        {open ? <span className="absolute size-2.5 animate-ping rounded-full bg-good-text opacity-40" /> : null}
        <span
          className={cn(
            "size-1.5 rounded-full",
            open
              ? "bg-good-text"
              : state === "waiting"
                ? "bg-warn-text"
                : state === "refused"
                  ? "bg-bad"
                  : "bg-control",
          )}
        />
      </span>
      {t(`state_${state}`)}
    </span>
  );
}
