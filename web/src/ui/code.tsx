import { cn } from "./cn";
import { CopyButton } from "./copy";

/** A block of code to read or to copy. Long lines scroll; they are never broken, so that what is copied is what is seen. */
export function CodeBlock({ code, label, className }: { code: string; label?: string; className?: string }) {
  return (
    <figure className={cn("overflow-hidden rounded-lg border bg-sunken", className)}>
      <figcaption className="flex h-8 items-center justify-between border-b pr-1 pl-3 text-muted text-xs">
        <span>{label}</span>
        <CopyButton text={code} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0} className="overflow-x-auto p-3 text-sm leading-relaxed focus-visible:-outline-offset-2">
        <code>{code}</code>
      </pre>
    </figure>
  );
}
