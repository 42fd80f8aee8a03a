import { percent } from "@/format";
import { locale, useLanguage, useTexts } from "@/i18n";
import { cn } from "@/ui/cn";
import { Progress } from "@/ui/progress";
import { amount, maxOf, share } from "./describe";
import type { Limit } from "./queries";
import { texts } from "./texts";

/** How much of a limit is used. The number says it too: colour and length alone tell nothing to many. */
export function UsageBar({ limit }: { limit: Limit }) {
  const t = useTexts(texts);
  const at = locale(useLanguage());
  const used = share(limit);
  const usage = limit.is.usage;
  if (used === undefined || !usage) return <span className="text-muted">{t("unknown")}</span>;
  const told = t("usedOf", { used: amount(usage.used, at), max: amount(maxOf(limit), at) });
  const tone = used >= 1 ? "[&>*]:bg-bad" : used >= 0.8 ? "[&>*]:bg-warn-text" : "";
  return (
    <span className="flex min-w-0 items-center gap-2" title={told}>
      <Progress value={used} label={told} className={cn("w-24 shrink-0", tone)} />
      <span className={cn("figures w-12 shrink-0 text-right", used >= 0.8 && "font-medium")}>{percent(used, at)}</span>
      <span className="figures truncate text-muted">{told}</span>
    </span>
  );
}
