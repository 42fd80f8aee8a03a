import { Progress as Radix } from "radix-ui";
import { cn } from "./cn";

/** How far something is, from 0 to 1. */
export function Progress({ value, label, className }: { value: number; label: string; className?: string }) {
  const percent = Math.round(Math.min(Math.max(value, 0), 1) * 100);
  return (
    <Radix.Root
      value={percent}
      aria-label={label}
      className={cn("h-1.5 overflow-hidden rounded-full bg-sunken", className)}
    >
      <Radix.Indicator
        className="h-full rounded-full bg-accent transition-transform"
        style={{ transform: `translateX(${percent - 100}%)` }}
      />
    </Radix.Root>
  );
}
