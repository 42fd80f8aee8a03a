/** The looks of a table. Lists use `@/list`, which adds behaviour; small fixed tables use these directly. */
import type { ComponentProps } from "react";
import { cn } from "./cn";

export function Table({ className, ...rest }: ComponentProps<"table">) {
  return <table className={cn("w-full border-separate border-spacing-0 text-sm", className)} {...rest} />;
}

export function Th({ className, ...rest }: ComponentProps<"th">) {
  return (
    <th
      className={cn("h-9 whitespace-nowrap border-b px-3 text-left font-medium text-muted text-xs", className)}
      {...rest}
    />
  );
}

export function Td({ className, ...rest }: ComponentProps<"td">) {
  return <td className={cn("h-10 border-b px-3", className)} {...rest} />;
}
