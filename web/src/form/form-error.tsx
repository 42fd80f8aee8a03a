import type { FieldValues } from "react-hook-form";
import { ApiError, NetworkError } from "@/api";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { CopyText } from "@/ui/copy";
import { Note } from "@/ui/note";
import { texts } from "./texts";
import type { ServerForm } from "./use-server-form";

/** What is wrong with the form as a whole. */
export function FormError<V extends FieldValues>({ form }: { form: ServerForm<V> }) {
  const t = useTexts(texts);
  const { error, waits } = form;
  if (waits > 0) {
    return (
      <Note tone="warn" title={t("throttled")}>
        <p className="figures">{t("throttledText", { seconds: waits })}</p>
      </Note>
    );
  }
  if (!error) return null;
  if (form.stale) {
    return (
      <Note
        tone="warn"
        title={t("staleTitle")}
        action={
          form.reload ? (
            <Button size="sm" onClick={form.reload}>
              {t("reload")}
            </Button>
          ) : null
        }
      >
        <p>{t("staleText")}</p>
      </Note>
    );
  }
  if (error instanceof NetworkError) {
    return (
      <Note tone="bad" title={t("noAnswer")}>
        <p>{t("noAnswerText")}</p>
      </Note>
    );
  }
  return (
    <Note tone="bad">
      <p>
        {error instanceof ApiError && error.field ? <code className="mr-1">{error.field}</code> : null}
        {error.message}
      </p>
      {error instanceof ApiError && error.requestId ? (
        <p className="flex items-center gap-1 text-xs">
          {t("request")} <CopyText text={error.requestId} />
        </p>
      ) : null}
    </Note>
  );
}
