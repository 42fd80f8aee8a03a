import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { cn } from "./cn";

const badgeStyle = cva(
  "inline-flex w-fit items-center gap-1 whitespace-nowrap rounded-md px-1.5 py-px font-medium text-xs [&_svg]:size-3",
  {
    variants: {
      tone: {
        neutral: "bg-sunken text-muted",
        accent: "bg-accent-soft text-accent-text",
        good: "bg-good-soft text-good-text",
        warn: "bg-warn-soft text-warn-text",
        bad: "bg-bad-soft text-bad-text",
      },
    },
    defaultVariants: { tone: "neutral" },
  },
);

export type Tone = NonNullable<VariantProps<typeof badgeStyle>["tone"]>;

export function Badge({ tone, className, ...rest }: ComponentProps<"span"> & { tone?: Tone }) {
  return <span className={cn(badgeStyle({ tone }), className)} {...rest} />;
}

const DOT: Record<Tone, string> = {
  neutral: "bg-control",
  accent: "bg-accent",
  good: "bg-good-text",
  warn: "bg-warn-text",
  bad: "bg-bad-text",
};

/** A state: a dot for the eye that scans, and always the word, since colour alone says nothing to many. */
export function Status({ tone, className, children, ...rest }: ComponentProps<"span"> & { tone: Tone }) {
  return (
    <span className={cn("inline-flex items-center gap-2 whitespace-nowrap", className)} {...rest}>
      <span aria-hidden="true" className={cn("size-2 shrink-0 rounded-full", DOT[tone])} />
      {children}
    </span>
  );
}
