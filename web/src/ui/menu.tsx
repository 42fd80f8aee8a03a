import { Check } from "lucide-react";
import { DropdownMenu as Radix } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn";

export const Menu = Radix.Root;
export const MenuTrigger = Radix.Trigger;

const item =
  "relative flex select-none items-center gap-2.5 rounded-md px-2 py-1.5 text-sm outline-none data-[highlighted]:bg-hover data-[disabled]:opacity-50 [&_svg]:size-4 [&_svg]:text-muted";

export function MenuContent({ className, ...rest }: ComponentProps<typeof Radix.Content>) {
  return (
    <Radix.Portal>
      <Radix.Content
        sideOffset={4}
        collisionPadding={8}
        className={cn("z-50 min-w-44 animate-rise rounded-lg border bg-raised p-1 shadow-lg", className)}
        {...rest}
      />
    </Radix.Portal>
  );
}

interface MenuItemProps extends ComponentProps<typeof Radix.Item> {
  danger?: boolean;
  /** Why it cannot be used: shown under its name. */
  blocked?: ReactNode;
}

export function MenuItem({ className, danger, blocked, children, onSelect, ...rest }: MenuItemProps) {
  return (
    <Radix.Item
      aria-disabled={blocked ? true : undefined}
      onSelect={blocked ? (event) => event.preventDefault() : onSelect}
      className={cn(item, danger && "text-bad-text [&_svg]:text-bad-text", blocked && "text-muted", className)}
      {...rest}
    >
      {blocked ? (
        <span className="grid max-w-60">
          <span>{children}</span>
          <span className="text-xs">{blocked}</span>
        </span>
      ) : (
        children
      )}
    </Radix.Item>
  );
}

export function MenuChoice({ className, children, ...rest }: ComponentProps<typeof Radix.CheckboxItem>) {
  return (
    <Radix.CheckboxItem className={cn(item, "pl-7", className)} {...rest}>
      <Radix.ItemIndicator className="absolute left-2">
        <Check aria-hidden="true" className="size-3.5!" />
      </Radix.ItemIndicator>
      {children}
    </Radix.CheckboxItem>
  );
}

export function MenuRadio<V extends string>({
  value,
  onChange,
  options,
}: {
  value: V;
  onChange: (value: V) => void;
  options: readonly { value: V; label: ReactNode }[];
}) {
  return (
    <Radix.RadioGroup value={value} onValueChange={(next) => onChange(next as V)}>
      {options.map((option) => (
        <Radix.RadioItem key={option.value} value={option.value} className={cn(item, "pl-7")}>
          <Radix.ItemIndicator className="absolute left-2">
            <Check aria-hidden="true" className="size-3.5!" />
          </Radix.ItemIndicator>
          {option.label}
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="px-2 py-1.5 font-medium text-muted text-xs">{children}</Radix.Label>;
}

export function MenuLine() {
  return <Radix.Separator className="-mx-1 my-1 h-px bg-line" />;
}
