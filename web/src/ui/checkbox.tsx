import { Check, Minus } from "lucide-react";
import { Checkbox as Radix, Switch as RadixSwitch } from "radix-ui";
import { type ComponentProps, type ReactNode, useId } from "react";
import { cn } from "./cn";

export function Checkbox({ className, ...rest }: ComponentProps<typeof Radix.Root>) {
  return (
    <Radix.Root
      className={cn(
        "grid size-4 shrink-0 place-items-center rounded-sm border border-control bg-surface data-[state=checked]:border-accent data-[state=indeterminate]:border-accent data-[state=checked]:bg-accent data-[state=indeterminate]:bg-accent disabled:opacity-50",
        className,
      )}
      {...rest}
    >
      <Radix.Indicator className="text-on-accent">
        {rest.checked === "indeterminate" ? <Minus className="size-3.5" /> : <Check className="size-3.5" />}
      </Radix.Indicator>
    </Radix.Root>
  );
}

export function Switch({ className, ...rest }: ComponentProps<typeof RadixSwitch.Root>) {
  return (
    <RadixSwitch.Root
      className={cn(
        "relative inline-flex h-4.5 w-8 shrink-0 items-center rounded-full bg-control transition-colors data-[state=checked]:bg-accent disabled:opacity-50",
        className,
      )}
      {...rest}
    >
      <RadixSwitch.Thumb className="block size-3.5 translate-x-0.5 rounded-full bg-on-accent shadow-sm transition-transform data-[state=checked]:translate-x-4" />
    </RadixSwitch.Root>
  );
}

/** A checkbox or switch with its words beside it. */
export function Choice({
  label,
  hint,
  control: Control = Checkbox,
  ...rest
}: Omit<ComponentProps<typeof Radix.Root>, "checked"> & {
  checked: boolean;
  label: ReactNode;
  hint?: ReactNode;
  control?: typeof Checkbox | typeof Switch;
}) {
  const id = useId();
  return (
    <div className="flex gap-2.5">
      <Control id={id} aria-describedby={hint ? `${id}-hint` : undefined} className="mt-0.5" {...(rest as object)} />
      <div className="grid gap-0.5">
        <label htmlFor={id} className="font-medium text-sm">
          {label}
        </label>
        {hint ? (
          <p id={`${id}-hint`} className="text-muted text-xs">
            {hint}
          </p>
        ) : null}
      </div>
    </div>
  );
}
