import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { isStatus } from "@/api";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Sheet } from "@/ui/dialog";
import { Note } from "@/ui/note";
import { Skeleton } from "@/ui/skeleton";
import { Details } from "./details";
import type { Act } from "./dialogs";
import { EditKeyForm, NewKeyForm } from "./form";
import type { Issued } from "./issued";
import { type Key, keyQuery } from "./queries";
import type { KeyRights } from "./rights";
import { texts } from "./texts";

interface KeySheetProps {
  /** "new", the id of a key, or that with "/edit" behind it. */
  open: string | undefined;
  rights: KeyRights;
  onOpen: (open: string | undefined) => void;
  onIssued: (issued: Issued) => void;
  onAct: (act: Act, key: Key) => void;
  onEnable: (key: Key) => void;
}

/** Beside the list: a new key, or the one whose id is in the address. */
export function KeySheet(props: KeySheetProps) {
  const { open, onOpen, onIssued } = props;
  const t = useTexts(texts);
  const close = () => onOpen(undefined);
  const [id, edit] = (open ?? "").split("/");
  if (open === "new") {
    return (
      <Sheet open onOpenChange={(next) => !next && close()} title={t("create")}>
        <NewKeyForm
          onCancel={close}
          onDone={(key) => {
            close();
            onIssued({ key });
          }}
        />
      </Sheet>
    );
  }
  return id ? <OneKey {...props} id={id} edit={edit === "edit"} /> : null;
}

function OneKey({ id, edit, rights, onOpen, onAct, onEnable }: KeySheetProps & { id: string; edit: boolean }) {
  const t = useTexts(texts);
  const [round, setRound] = useState(0);
  const { data: key, error, isFetchedAfterMount, refetch } = useQuery(keyQuery(id));
  const close = () => onOpen(undefined);

  async function reload() {
    await refetch();
    setRound((before) => before + 1);
  }

  return (
    <Sheet
      open
      onOpenChange={(next) => !next && close()}
      title={edit ? t("editTitle") : (key?.value.name ?? t("details"))}
      text={edit ? key?.value.name : undefined}
    >
      {error && !key ? (
        <div className="grid gap-4 p-5">
          <Note tone="bad" title={isStatus(error, 404) ? t("notFound") : t("loadFailed")}>
            {isStatus(error, 404) ? null : <p>{error.message}</p>}
          </Note>
          <div className="flex gap-2">
            {isStatus(error, 404) ? null : <Button onClick={() => void refetch()}>{t("tryAgain")}</Button>}
            <Button onClick={close}>{t("closeSheet")}</Button>
          </div>
        </div>
      ) : // What is in the cache may be old; its version would make the edit fail.
      !key || (edit && !isFetchedAfterMount) ? (
        <div className="grid gap-5 p-5">
          <Skeleton className="h-6 w-32" />
          <Skeleton className="h-16" />
          <Skeleton className="h-40" />
        </div>
      ) : edit ? (
        <EditKeyForm
          key={round}
          value={key}
          onDone={() => onOpen(id)}
          onCancel={() => onOpen(id)}
          onReload={() => void reload()}
        />
      ) : (
        <Details
          value={key.value}
          rights={rights}
          onEdit={() => onOpen(`${id}/edit`)}
          onAct={(act) => onAct(act, key.value)}
          onEnable={() => onEnable(key.value)}
          onOpen={onOpen}
        />
      )}
    </Sheet>
  );
}
