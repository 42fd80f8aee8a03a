/** The secret, shown this once. The only ways out are to have copied it, to say that it is kept, or to use it at once. */
import { useBlocker, useNavigate } from "@tanstack/react-router";
import { ArrowRight } from "lucide-react";
import { useRef, useState } from "react";
import { keepFreshKey } from "@/api";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Choice } from "@/ui/checkbox";
import { CopyButton } from "@/ui/copy";
import { Dialog } from "@/ui/dialog";
import { Note } from "@/ui/note";
import type { IssuedKey } from "./queries";
import { Countdown } from "./state";
import { texts } from "./texts";

export interface Issued {
  key: IssuedKey;
  /** After a rotation: until when the old secret works. */
  oldWorksUntil?: string | undefined;
}

export function IssuedDialog({ issued, onClose }: { issued: Issued; onClose: () => void }) {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const [copied, setCopied] = useState(false);
  const [stored, setStored] = useState(false);
  const leaving = useRef(false);
  const lost = () => !copied && !stored && !leaving.current;
  useBlocker({ shouldBlockFn: lost, enableBeforeUnload: lost });

  const { key, oldWorksUntil } = issued;
  const rotated = oldWorksUntil !== undefined;

  function use() {
    keepFreshKey({ id: key.id, name: key.name, secret: key.key });
    leaving.current = true;
    void navigate({ to: "/gateway/guide" });
  }

  return (
    <Dialog
      open
      // Neither Escape nor a press beside it closes it.
      onOpenChange={() => undefined}
      closable={false}
      title={rotated ? t("rotatedTitle", { name: key.name }) : t("createdTitle", { name: key.name })}
      text={t("shownOnce")}
      className="max-w-lg"
      footer={
        <>
          <Button onClick={onClose} blocked={copied || stored ? undefined : t("copyFirst")}>
            {t("done")}
          </Button>
          <Button look="primary" onClick={use}>
            {t("useNow")}
            <ArrowRight />
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <div className="grid gap-2 rounded-lg border bg-sunken p-3">
          <code className="select-all break-all text-base" data-testid="secret">
            {key.key}
          </code>
          <CopyButton text={key.key} label={t("copySecret")} onCopied={() => setCopied(true)} className="w-fit" />
        </div>
        {rotated ? (
          <Note tone={new Date(oldWorksUntil) > new Date() ? "info" : "warn"}>
            {new Date(oldWorksUntil) > new Date() ? (
              <p>
                {t("oldWorks")} <Countdown to={oldWorksUntil} />
              </p>
            ) : (
              <p>{t("oldRefused")}</p>
            )}
          </Note>
        ) : null}
        <Choice
          checked={stored}
          onCheckedChange={(on) => setStored(on === true)}
          label={t("haveStored")}
          hint={t("haveStoredHint")}
        />
      </div>
    </Dialog>
  );
}
