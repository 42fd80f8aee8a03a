import type { ComponentProps } from "react";
import { cn } from "./cn";

export const inputStyle =
  "w-full rounded-md border border-control/60 bg-surface px-2.5 text-base text-ink shadow-sm outline-none transition-colors placeholder:text-muted hover:border-control focus-visible:border-accent focus-visible:ring-2 focus-visible:ring-accent/30 disabled:cursor-not-allowed disabled:bg-sunken disabled:text-muted aria-invalid:border-bad aria-invalid:ring-bad/20";

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input className={cn(inputStyle, "h-8", className)} {...rest} />;
}

export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea className={cn(inputStyle, "min-h-20 py-1.5", className)} {...rest} />;
}
