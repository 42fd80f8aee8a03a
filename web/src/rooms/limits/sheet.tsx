import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { exactTime } from "@/format";
import { locale, useLanguage, useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Sheet } from "@/ui/dialog";
import { Note } from "@/ui/note";
import { Skeleton } from "@/ui/skeleton";
import { useLimitName } from "./columns";
import { amount } from "./describe";
import { EditLimitForm, NewLimitForm } from "./form";
import { History } from "./history";
import { type Limit, limitQuery, type Period, type Place, placeOf, readPlace } from "./queries";
import type { LimitRights } from "./rights";
import { texts } from "./texts";
import { UsageBar } from "./usage-bar";

interface LimitSheetProps {
  /** "new", or where the open one stands. */
  open: string | undefined;
  rights: LimitRights;
  onClose: () => void;
}

/** Beside the list: a new limit, or the one whose place is in the address. */
export function LimitSheet({ open, rights, onClose }: LimitSheetProps) {
  const t = useTexts(texts);
  const place = readPlace(open);
  return (
    <Sheet
      open={open === "new" || place !== undefined}
      onOpenChange={(next) => !next && onClose()}
      title={open === "new" ? t("create") : t("editTitle")}
    >
      {open === "new" ? <NewLimitForm rights={rights} onDone={onClose} onCancel={onClose} /> : null}
      {place ? <OneLimit place={place} rights={rights} onClose={onClose} /> : null}
    </Sheet>
  );
}

function OneLimit({ place, rights, onClose }: { place: Place; rights: LimitRights; onClose: () => void }) {
  const t = useTexts(texts);
  const [round, setRound] = useState(0);
  const { data: limit, error, isFetchedAfterMount, refetch } = useQuery(limitQuery(place));

  async function reload() {
    await refetch();
    setRound((before) => before + 1);
  }

  if (error && !limit) {
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
  if (!limit || !isFetchedAfterMount) {
    return (
      <div className="grid gap-5 p-5">
        <Skeleton className="h-8" />
        <Skeleton className="h-8" />
        <Skeleton className="h-40" />
      </div>
    );
  }
  return (
    <EditLimitForm
      // Not the version: a refresh in the background must not throw away what is being typed.
      key={round}
      limit={limit}
      blocked={rights.of(limit.value.is.subject.kind)}
      onDone={onClose}
      onCancel={onClose}
      onReload={reload}
    >
      <Details limit={limit.value} />
    </EditLimitForm>
  );
}

function Details({ limit }: { limit: Limit }) {
  const t = useTexts(texts);
  const at = locale(useLanguage());
  const name = useLimitName();
  const { subject_kind, subject_id } = placeOf(limit);
  const exception = limit.is.override;
  const zero = (value: string | number) => Number(value) === 0;
  return (
    <div className="grid gap-4 border-t pt-4">
      <p className="wrap-anywhere font-medium">{name(limit)}</p>
      <UsageBar limit={limit} />
      {exception ? (
        <Note tone="warn" title={t("override")}>
          {t("overridden", {
            max: amount(exception.max, at),
            at: exactTime(new Date(exception.expires_at), at),
            reason: exception.reason,
          })}
        </Note>
      ) : null}
      {limit.kind === "budget" ? (
        <>
          {limit.is.usage && !zero(limit.is.usage.reserved) ? (
            <p className="text-muted">{t("reserved", { amount: amount(limit.is.usage.reserved, at) })}</p>
          ) : null}
          {zero(limit.is.forgiven) ? null : (
            <p className="text-muted">{t("forgiven", { amount: amount(limit.is.forgiven, at) })}</p>
          )}
          <History kind={subject_kind} id={subject_id} first={limit.is.period as Period} />
        </>
      ) : null}
    </div>
  );
}
