import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { useTexts } from "@/i18n";
import { Button } from "./button";
import { cn } from "./cn";
import { texts } from "./texts";
import { Tooltip } from "./tooltip";

/** Copies a text, and shows for two seconds that it did. */
export function CopyButton({
  text,
  label,
  className,
  onCopied,
}: {
  text: string;
  label?: string;
  className?: string;
  /** For what may go away once it was copied. */
  onCopied?: () => void;
}) {
  const t = useTexts(texts);
  const [state, setState] = useState<"idle" | "done" | "failed">("idle");

  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), 2000);
    return () => clearTimeout(timer);
  }, [state]);

  async function copy() {
    const copied = await toClipboard(text);
    setState(copied ? "done" : "failed");
    if (copied) onCopied?.();
  }

  const says = state === "done" ? t("copied") : state === "failed" ? t("copyFailed") : (label ?? t("copy"));
  const icon = state === "done" ? <Check className="text-good-text" /> : <Copy />;
  if (label) {
    return (
      <Button onClick={copy} className={className}>
        {icon}
        <span aria-live="polite">{says}</span>
      </Button>
    );
  }
  return (
    <Tooltip text={says}>
      <Button look="quiet" size="icon-sm" aria-label={says} onClick={copy} className={className}>
        {icon}
      </Button>
    </Tooltip>
  );
}

/** An id or the like: monospaced, cut short by its box, copied in one press. */
export function CopyText({ text, className }: { text: string; className?: string }) {
  return (
    <span className={cn("inline-flex min-w-0 max-w-full items-center gap-0.5", className)}>
      <code className="truncate" title={text}>
        {text}
      </code>
      <CopyButton text={text} className="size-6 [&_svg]:size-3.5" />
    </span>
  );
}

/** The clipboard API exists on https and localhost only; many gateways are first opened over plain http. */
export async function toClipboard(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // Refused by the browser; the old way may still work.
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  // Inside the open dialog, if there is one: outside of it the focus trap would take the selection away.
  (document.querySelector('[role="dialog"]') ?? document.body).append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}
