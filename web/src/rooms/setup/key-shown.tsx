import { useState } from "react";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { Note } from "@/ui/note";
import { createKey } from "./queries";
import { DEFAULTS } from "./schema";
import { StepHeading } from "./step-heading";
import { texts } from "./texts";

/** The secret, this once; or the way to make one when there is none to show. */
export function KeyShown({
  secret,
  lost,
  onMade,
  onSaved,
}: {
  secret: string | undefined;
  /** A key was asked for, and made: but the answer with its secret never arrived. */
  lost: boolean;
  onMade: (secret: string) => void;
  onSaved: () => void;
}) {
  const t = useTexts(texts);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();

  async function make() {
    setBusy(true);
    setError(undefined);
    try {
      onMade((await createKey(DEFAULTS.api_key.name)).key);
    } catch (cause) {
      setError((cause as Error).message);
    } finally {
      setBusy(false);
    }
  }

  if (secret !== undefined) {
    return (
      <section className="grid gap-3">
        <StepHeading title={t("yourKey")} text={t("yourKeyText")} />
        <div className="flex flex-col gap-2 rounded-lg border border-accent bg-accent-soft p-3 sm:flex-row sm:items-center">
          <code data-testid="secret" className="min-w-0 flex-1 select-all break-all text-base">
            {secret}
          </code>
          <CopyButton text={secret} label={t("copyKey")} onCopied={onSaved} />
        </div>
      </section>
    );
  }
  return (
    <section className="grid gap-3">
      <StepHeading title={t("noKey")} text={lost ? t("keyLost") : t("noKeyText")} />
      {error ? <Note tone="bad">{error}</Note> : null}
      <Button onClick={() => void make()} busy={busy} className="w-fit">
        {t("makeKey")}
      </Button>
    </section>
  );
}
