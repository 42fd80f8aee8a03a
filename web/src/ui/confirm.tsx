import { TriangleAlert } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { NetworkError } from "@/api";
import { useTexts } from "@/i18n";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Input } from "./input";
import { Note } from "./note";
import { texts } from "./texts";

interface ConfirmProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** What the act will affect, in words or as a list. */
  children: ReactNode;
  /** The button: the act as a verb. */
  verb: string;
  /** The name that has to be typed; without it a press is enough (for what can be undone). */
  name?: string | undefined;
  /** Does it. The dialog stays open and shows the error when this throws. */
  onConfirm: () => Promise<unknown>;
}

/** Asks before an act that takes something away. */
export function Confirm(props: ConfirmProps) {
  return (
    <Dialog open={props.open} onOpenChange={props.onOpenChange} title={props.title}>
      {/* Mounted with the dialog, so that a second opening begins with an empty field. */}
      <Body {...props} />
    </Dialog>
  );
}

function Body({ children, verb, name, onConfirm, onOpenChange }: ConfirmProps) {
  const t = useTexts(texts);
  const id = useId();
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const matches = name === undefined || typed.trim() === name;

  async function confirm() {
    if (!matches || busy) return;
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      onOpenChange(false);
    } catch (cause) {
      setError(cause instanceof NetworkError ? t("noAnswer") : String((cause as Error).message));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form
      // The column may be narrower than a long name without spaces.
      className="wrap-anywhere grid grid-cols-[minmax(0,1fr)] gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        // Over a form, to which React would bubble this event.
        event.stopPropagation();
        void confirm();
      }}
    >
      {error ? <Note tone="bad">{error}</Note> : null}
      <div className="flex gap-3">
        <TriangleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-bad-text" />
        <div className="grid min-w-0 gap-2 text-ink">{children}</div>
      </div>
      {name === undefined ? null : (
        <div className="grid gap-1.5">
          <label htmlFor={id} className="text-muted">
            {t("typeName")} <strong className="select-all font-mono text-ink">{name}</strong>
          </label>
          <Input
            id={id}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            autoComplete="off"
            spellCheck={false}
          />
        </div>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={() => onOpenChange(false)}>{t("cancel")}</Button>
        <Button type="submit" look="danger" busy={busy} disabled={!matches}>
          {verb}
        </Button>
      </div>
    </form>
  );
}
