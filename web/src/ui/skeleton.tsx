import { cn } from "./cn";

/** Stands where something will be; takes its measure from `className`. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden="true" className={cn("h-4 animate-pulse rounded-md bg-hover", className)} />;
}
