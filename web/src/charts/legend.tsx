import { cn } from "@/ui/cn";
import type { Series } from "./time-chart";
import { Dot } from "./tip";

/** The names of the series; pressing one hides it and shows it again. */
export function Legend({
  series,
  hidden,
  onToggle,
}: {
  series: readonly (Series & { colour: string })[];
  hidden: ReadonlySet<string>;
  onToggle: (name: string) => void;
}) {
  return (
    <div className="flex flex-wrap gap-x-3 gap-y-1 text-xs">
      {series.map(({ name, colour }) => (
        <button
          key={name}
          type="button"
          aria-pressed={!hidden.has(name)}
          onClick={() => onToggle(name)}
          className={cn(
            "flex max-w-56 items-center gap-1.5 rounded-sm text-muted hover:text-ink",
            hidden.has(name) && "line-through",
          )}
        >
          <Dot colour={hidden.has(name) ? "control" : colour} />
          <span className="truncate">{name}</span>
        </button>
      ))}
    </div>
  );
}
