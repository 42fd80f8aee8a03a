import { Check } from "lucide-react";
import { useTexts } from "@/i18n";
import { cn } from "@/ui/cn";
import { texts } from "./texts";

const NAMES = ["stepAccount", "stepProvider", "stepKey", "stepCall"] as const;

/** Where one is. Steps that were reached are one press away; on a phone only the present one is named. */
export function Steps({ at, reached, onGo }: { at: number; reached: number; onGo?: (index: number) => void }) {
  const t = useTexts(texts);
  return (
    <nav aria-label={t("steps")}>
      <ol className="flex items-center gap-2">
        {NAMES.map((name, index) => {
          const here = index === at;
          const done = index < at;
          const open = onGo !== undefined && index <= reached && !here;
          return (
            <li
              key={name}
              aria-current={here ? "step" : undefined}
              className={cn("flex items-center gap-2", index > 0 && "flex-1")}
            >
              {index > 0 ? (
                <span
                  aria-hidden="true"
                  className={cn("h-px min-w-2 flex-1", done || here ? "bg-accent" : "bg-line-strong")}
                />
              ) : null}
              <button
                type="button"
                disabled={!open}
                onClick={() => onGo?.(index)}
                className={cn(
                  "flex items-center gap-2 rounded-md",
                  open && "hover:text-ink",
                  here ? "text-ink" : "text-muted",
                )}
              >
                <span
                  className={cn(
                    "figures grid size-6 shrink-0 place-items-center rounded-full border font-semibold text-xs",
                    here && "border-accent bg-accent text-on-accent",
                    done && "border-accent bg-accent-soft text-accent-text",
                  )}
                >
                  {done ? <Check aria-hidden="true" className="size-3.5" /> : index + 1}
                </span>
                <span className={cn("whitespace-nowrap font-medium", here ? "" : "sr-only sm:not-sr-only")}>
                  {t(name)}
                </span>
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
