import { ChevronLeft, ChevronRight } from "lucide-react";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { texts } from "./texts";

export function Footer({
  from,
  to,
  total,
  onPrevious,
  onNext,
  busy,
}: {
  from: number;
  to: number;
  /** Undefined while the end is not known. */
  total: number | undefined;
  onPrevious: (() => void) | undefined;
  onNext: (() => void) | undefined;
  busy: boolean;
}) {
  const t = useTexts(texts);
  return (
    <nav aria-label={t("pages")} className="flex items-center justify-between text-muted">
      <p className="figures" role="status">
        {total === undefined ? t("rangeOpen", { from, to }) : t("range", { from, to, total })}
      </p>
      {onPrevious || onNext ? (
        <div className="flex gap-1">
          <Button size="icon-sm" aria-label={t("previous")} disabled={!onPrevious} onClick={onPrevious}>
            <ChevronLeft />
          </Button>
          <Button size="icon-sm" aria-label={t("next")} disabled={!onNext} busy={busy} onClick={onNext}>
            {busy ? null : <ChevronRight />}
          </Button>
        </div>
      ) : null}
    </nav>
  );
}
