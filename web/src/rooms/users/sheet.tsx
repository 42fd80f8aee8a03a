import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Sheet } from "@/ui/dialog";
import { Note } from "@/ui/note";
import { Skeleton } from "@/ui/skeleton";
import { EditUserForm, NewUserForm } from "./form";
import { userQuery } from "./queries";
import type { UserRights } from "./rights";
import { texts } from "./texts";

/** Beside the list: a new user, or the one whose id is in the address. */
export function UserSheet({
  open,
  rights,
  onClose,
}: {
  open: string | undefined;
  rights: UserRights;
  onClose: () => void;
}) {
  const t = useTexts(texts);
  return (
    <Sheet
      open={open !== undefined}
      onOpenChange={(next) => !next && onClose()}
      title={open === "new" ? t("create") : t("editTitle")}
    >
      {open === undefined ? null : open === "new" ? (
        <NewUserForm blocked={rights.create} onDone={onClose} onCancel={onClose} />
      ) : (
        <Edit id={open} rights={rights} onClose={onClose} />
      )}
    </Sheet>
  );
}

function Edit({ id, rights, onClose }: { id: string; rights: UserRights; onClose: () => void }) {
  const t = useTexts(texts);
  const [round, setRound] = useState(0);
  const { data: user, error, isFetchedAfterMount, refetch } = useQuery(userQuery(id));

  async function reload() {
    await refetch();
    setRound((before) => before + 1);
  }

  if (error && !user) {
    return (
      <div className="p-5">
        <Note tone="bad" title={t("loadFailed")}>
          {error.message}
        </Note>
        <Button className="mt-4" onClick={onClose}>
          {t("close")}
        </Button>
      </div>
    );
  }
  // What is in the cache may be old; its version would make the edit fail.
  if (!user || !isFetchedAfterMount) {
    return (
      <div className="grid gap-5 p-5">
        <Skeleton className="h-8" />
        <Skeleton className="h-8" />
        <Skeleton className="h-40" />
      </div>
    );
  }
  return (
    <EditUserForm
      // Not the version: a refresh in the background must not throw away what is being typed.
      key={round}
      user={user}
      blocked={rights.of(user.value).update}
      onDone={onClose}
      onCancel={onClose}
      onReload={reload}
    />
  );
}
