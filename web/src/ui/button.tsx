import { cva, type VariantProps } from "class-variance-authority";
import { Slot } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn";
import { Spinner } from "./spinner";
import { Tooltip } from "./tooltip";

export const buttonStyle = cva(
  "inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-md border font-medium text-sm transition-colors disabled:opacity-50 aria-disabled:cursor-not-allowed aria-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      look: {
        primary: "border-transparent bg-accent text-on-accent shadow-sm hover:bg-accent-strong",
        plain: "border-line-strong bg-surface text-ink shadow-sm hover:bg-hover",
        quiet: "border-transparent text-muted hover:bg-hover hover:text-ink",
        danger: "border-transparent bg-bad text-on-bad shadow-sm hover:brightness-95",
        link: "h-auto! border-transparent p-0! text-accent-text underline-offset-4 hover:underline",
      },
      size: { sm: "h-7 px-2 text-xs", md: "h-8 px-3", lg: "h-9 px-4 text-base", icon: "size-8", "icon-sm": "size-7" },
    },
    defaultVariants: { look: "plain", size: "md" },
  },
);

export interface ButtonProps extends ComponentProps<"button">, VariantProps<typeof buttonStyle> {
  /** Renders its child (a link, usually) with the looks of a button. */
  asChild?: boolean;
  /** Under way: cannot be pressed again, and shows it. */
  busy?: boolean;
  /** Why it cannot be used now. It stays focusable, so that the reason can be read. */
  blocked?: ReactNode | undefined;
}

export function Button({
  look,
  size,
  asChild,
  busy = false,
  blocked,
  className,
  children,
  onClick,
  type = "button",
  ...rest
}: ButtonProps) {
  const classes = cn(buttonStyle({ look, size }), className);
  if (asChild && !blocked) {
    return (
      <Slot.Root className={classes} {...rest}>
        {children}
      </Slot.Root>
    );
  }
  const inert = busy || Boolean(blocked);
  const button = (
    <button
      {...rest}
      // A submit button that may not be used must not submit by Enter either.
      type={inert ? "button" : type}
      className={classes}
      aria-disabled={inert || undefined}
      aria-busy={busy || undefined}
      onClick={inert ? (event) => event.preventDefault() : onClick}
    >
      {busy ? <Spinner /> : null}
      {children}
    </button>
  );
  return blocked ? <Tooltip text={blocked}>{button}</Tooltip> : button;
}
