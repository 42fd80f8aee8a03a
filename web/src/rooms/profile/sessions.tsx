import { useQuery } from "@tanstack/react-query";
import { Laptop, LogOut, Smartphone, SquareTerminal } from "lucide-react";
import { useState } from "react";
import { Time } from "@/format";
import { useTexts } from "@/i18n";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Card, CardHeader } from "@/ui/card";
import { Confirm } from "@/ui/confirm";
import { Note } from "@/ui/note";
import { Skeleton } from "@/ui/skeleton";
import { toast } from "@/ui/toast";
import { deviceOf } from "./device";
import { endOtherSessions, endSession, type Session, sessionsQuery } from "./queries";
import { texts } from "./texts";

const ICONS = { computer: Laptop, phone: Smartphone, program: SquareTerminal } as const;

/** More are a sign of a script that signs in again and again; the rest is one press away. */
const AT_ONCE = 10;

export function Sessions() {
  const t = useTexts(texts);
  const { data: sessions, error, refetch } = useQuery(sessionsQuery);
  const [ending, end] = useState<Session | "others">();
  const [all, showAll] = useState(false);

  const ordered = sessions?.toSorted(
    (a, b) => Number(b.current) - Number(a.current) || lastUse(b).localeCompare(lastUse(a)),
  );
  const others = ordered?.filter((session) => !session.current) ?? [];
  const shown = all ? ordered : ordered?.slice(0, AT_ONCE);
  const hidden = (ordered?.length ?? 0) - (shown?.length ?? 0);

  return (
    <Card>
      <CardHeader
        title={t("sessions")}
        text={t("sessionsText")}
        actions={
          <Button onClick={() => end("others")} blocked={others.length === 0 ? t("onlyThis") : undefined}>
            {t("endOthers")}
          </Button>
        }
      />
      {error && !sessions ? (
        <div className="p-4">
          <Note
            tone="bad"
            action={
              <Button size="sm" onClick={() => void refetch()}>
                {t("tryAgain")}
              </Button>
            }
          >
            {error.message}
          </Note>
        </div>
      ) : !shown ? (
        <div className="grid gap-3 p-4">
          <Skeleton className="h-10" />
          <Skeleton className="h-10" />
        </div>
      ) : (
        <ul>
          {shown.map((session) => (
            <Row key={session.id} session={session} onEnd={() => end(session)} />
          ))}
        </ul>
      )}
      {hidden > 0 ? (
        <div className="border-t p-2 text-center">
          <Button look="quiet" onClick={() => showAll(true)}>
            {t("showAll", { n: hidden })}
          </Button>
        </div>
      ) : null}
      {ending ? (
        <Confirm
          open
          onOpenChange={(open) => !open && end(undefined)}
          title={ending === "others" ? t("endOthersTitle") : t("endTitle", { name: nameOf(ending, t("unknown")) })}
          verb={ending === "others" ? t("endOthers") : t("end")}
          onConfirm={async () => {
            const n = await (ending === "others" ? endOtherSessions() : endSession(ending.id));
            toast({ title: t("ended", { n }) });
          }}
        >
          <p>{t("endAffects", { n: ending === "others" ? others.length : 1 })}</p>
        </Confirm>
      ) : null}
    </Card>
  );
}

function Row({ session, onEnd }: { session: Session; onEnd: () => void }) {
  const t = useTexts(texts);
  const device = deviceOf(session.user_agent);
  const Icon = ICONS[device.kind];
  const name = nameOf(session, t("unknown"));
  return (
    <li className="flex items-center gap-3 border-b px-4 py-3 last:border-b-0">
      <Icon aria-hidden="true" className="size-5 shrink-0 text-muted" />
      <div className="grid min-w-0 flex-1 gap-0.5">
        <p className="flex min-w-0 flex-wrap items-center gap-x-2">
          <span className="truncate font-medium" title={session.user_agent}>
            {name}
          </span>
          {session.current ? <Badge tone="good">{t("thisOne")}</Badge> : null}
        </p>
        <p className="flex flex-wrap gap-x-3 text-muted text-xs">
          <span className="figures">{session.ip_address}</span>
          <span>
            {t("lastUsed")} <Time at={lastUse(session)} />
          </span>
          <span>
            {t("signedIn")} <Time at={session.created_at} />
          </span>
        </p>
      </div>
      {session.current ? null : (
        <Button size="sm" aria-label={t("endNamed", { name })} onClick={onEnd}>
          <LogOut />
          {t("end")}
        </Button>
      )}
    </li>
  );
}

const lastUse = (session: Session) => session.last_used_at ?? session.created_at;

function nameOf(session: Session, unknown: string): string {
  const { program, system } = deviceOf(session.user_agent);
  return [program || unknown, system].filter(Boolean).join(" · ");
}
