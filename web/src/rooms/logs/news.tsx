import { ArrowUp } from "lucide-react";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Note } from "@/ui/note";
import { texts } from "./texts";

/** Over the first rows: what has come while one reads further down. */
export function NewCalls({ waiting, onShow }: { waiting: number; onShow: () => void }) {
  const t = useTexts(texts);
  return (
    <div role="status" className="pointer-events-none absolute inset-x-0 top-11 z-30 flex justify-center">
      {waiting > 0 ? (
        <Button
          look="primary"
          size="sm"
          onClick={onShow}
          className="pointer-events-auto animate-rise rounded-full px-3 shadow-lg"
        >
          <ArrowUp aria-hidden="true" className="size-3.5!" />
          {t("newCalls", { n: waiting })}
        </Button>
      ) : null}
    </div>
  );
}

/** Calls that came faster than they could be told. */
export function Skipped({ count, onReload }: { count: number; onReload: () => void }) {
  const t = useTexts(texts);
  if (count === 0) return null;
  return (
    <Note
      tone="warn"
      className="order-last basis-full items-center"
      action={
        <Button size="sm" onClick={onReload}>
          {t("reload")}
        </Button>
      }
    >
      {t("skipped", { n: count })}
    </Note>
  );
}
