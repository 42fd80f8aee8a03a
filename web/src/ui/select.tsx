import { Check, ChevronDown } from "lucide-react";
import { Select as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { nonce } from "@/nonce";
import { cn } from "./cn";
import type { ControlProps } from "./field";
import { inputStyle } from "./input";

export interface Option<V extends string = string> {
  value: V;
  label: ReactNode;
  hint?: ReactNode;
  disabled?: boolean;
}

interface SelectProps<V extends string> extends Partial<ControlProps> {
  value: V | undefined;
  onChange: (value: V) => void;
  options: readonly Option<V>[];
  placeholder?: string;
  disabled?: boolean;
  className?: string;
  "aria-label"?: string;
}

/** One of a few. An option's value must not be the empty string (radix keeps that for "none chosen"). */
export function Select<V extends string>({
  value,
  onChange,
  options,
  placeholder,
  disabled,
  className,
  ...control
}: SelectProps<V>) {
  return (
    <Radix.Root value={value ?? ""} onValueChange={(next) => onChange(next as V)} disabled={disabled}>
      <Radix.Trigger
        {...control}
        className={cn(
          inputStyle,
          "flex h-8 items-center justify-between gap-2 text-left data-[placeholder]:text-muted [&>span]:truncate",
          className,
        )}
      >
        <Radix.Value placeholder={placeholder} />
        <Radix.Icon>
          <ChevronDown aria-hidden="true" className="size-4 text-muted" />
        </Radix.Icon>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width) animate-rise overflow-hidden rounded-lg border bg-raised shadow-lg"
        >
          <Radix.Viewport nonce={nonce} className="p-1">
            {options.map((option) => (
              <Radix.Item
                key={option.value}
                value={option.value}
                disabled={option.disabled}
                className="relative flex select-none items-center rounded-md py-1.5 pr-2 pl-7 text-sm outline-none data-[highlighted]:bg-hover data-[disabled]:opacity-50"
              >
                <Radix.ItemIndicator className="absolute left-2">
                  <Check aria-hidden="true" className="size-3.5" />
                </Radix.ItemIndicator>
                <div className="grid">
                  <Radix.ItemText>{option.label}</Radix.ItemText>
                  {option.hint ? <span className="text-muted text-xs">{option.hint}</span> : null}
                </div>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
