/** Everything there is to know about one key, and what can be done with it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowRight, Pencil, Power, RotateCw, ScrollText, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { Count, Money, Time, Tokens } from "@/format";
import { useTexts } from "@/i18n";
import { LimitsOf } from "@/rooms/limits/of-subject";
import { Button } from "@/ui/button";
import { CopyText } from "@/ui/copy";
import { Note } from "@/ui/note";
import { Skeleton } from "@/ui/skeleton";
import { Expires, SURFACES, Tags } from "./columns";
import type { Act } from "./dialogs";
import { ModelsAllowed } from "./models-allowed";
import { COST_DAYS, type Key, usageQuery } from "./queries";
import type { KeyRights } from "./rights";
import { Countdown, isEnded, KeyState } from "./state";
import { texts } from "./texts";

interface DetailsProps {
  value: Key;
  rights: KeyRights;
  onEdit: () => void;
  onAct: (act: Act) => void;
  onEnable: () => void;
  onOpen: (id: string) => void;
}

export function Details({ value, rights, onEdit, onAct, onEnable, onOpen }: DetailsProps) {
  const t = useTexts(texts);
  const ended = isEnded(value);
  const blocked = rights.of(value);
  return (
    <>
      <div className="grid min-h-0 flex-1 content-start gap-5 overflow-y-auto px-5 py-4">
        <div className="flex flex-wrap items-center justify-between gap-2">
          <KeyState value={value} />
          <code className="text-muted">{value.key_prefix}</code>
        </div>
        <Remarks value={value} onOpen={onOpen} />
        <Usage value={value} />
        <LimitsOf kind="key" id={value.id} />
        <Facts>
          <Fact name={t("owner")}>{value.user_email ?? "–"}</Fact>
          <Fact name={t("models")}>
            <ModelsAllowed value={value} most={200} />
          </Fact>
          <Fact name={t("surfaces")}>
            {value.surfaces.map((surface) => (SURFACES[surface] ? t(SURFACES[surface].name) : surface)).join(", ")}
          </Fact>
          <Fact name={t("strict")}>{t(value.strict_conversion ? "strictYes" : "strictNo")}</Fact>
          <Fact name={t("cacheFor")}>
            {value.cache_ttl_s == null
              ? t("cacheOfModel")
              : value.cache_ttl_s === 0
                ? t("cacheNever")
                : t("nSeconds", { n: value.cache_ttl_s })}
          </Fact>
          <Fact name={t("costCenter")}>{value.cost_center ?? "–"}</Fact>
          <Fact name={t("tags")}>
            <Tags value={value.tags} />
          </Fact>
        </Facts>
        <Facts>
          <Fact name={t("lastUsed")}>{value.last_used_at ? <Time at={value.last_used_at} /> : t("never")}</Fact>
          <Fact name={t("expires")}>
            <Expires value={value} />
          </Fact>
          <Fact name={t("rotateEvery")}>
            {value.rotation_period_days ? (
              <>
                {t("nDays", { n: value.rotation_period_days })}
                {value.rotation_due_at ? (
                  <span className="text-muted">
                    {" · "}
                    {t("due")} <Time at={value.rotation_due_at} />
                  </span>
                ) : null}
              </>
            ) : (
              "–"
            )}
          </Fact>
          <Fact name={t("idleLimit")}>
            {value.inactivity_timeout_days ? t("nDays", { n: value.inactivity_timeout_days }) : "–"}
          </Fact>
          <Fact name={t("createdAt")}>
            <Time at={value.created_at} />
          </Fact>
          <Fact name={t("updatedAt")}>
            <Time at={value.updated_at} />
          </Fact>
          <Fact name={t("keyId")}>
            <CopyText text={value.id} />
          </Fact>
          <Fact name={t("lineageId")}>
            <CopyText text={value.lineage_id} />
          </Fact>
        </Facts>
      </div>
      <div className="flex flex-wrap justify-end gap-2 border-t px-5 py-3">
        <Button onClick={() => onAct("revoke")} blocked={blocked.revoke} className="mr-auto text-bad-text">
          <Trash2 />
          {t("revoke")}
        </Button>
        {value.state === "disabled" ? (
          <Button onClick={onEnable} blocked={blocked.update}>
            <Power />
            {t("enable")}
          </Button>
        ) : ended ? null : (
          <Button onClick={() => onAct("disable")} blocked={blocked.update}>
            <Power />
            {t("disable")}
          </Button>
        )}
        <Button onClick={() => onAct("rotate")} blocked={blocked.rotate}>
          <RotateCw />
          {t("rotate")}
        </Button>
        <Button look="primary" onClick={onEdit} blocked={blocked.update}>
          <Pencil />
          {t("edit")}
        </Button>
      </div>
    </>
  );
}

/** What is special about it now. */
function Remarks({ value, onOpen }: { value: Key; onOpen: (id: string) => void }) {
  const t = useTexts(texts);
  const successor = value.replaced_by;
  if (value.state === "grace" && value.grace_period_ends_at) {
    return (
      <Note tone="warn" title={t("graceTitle")} action={successor ? <Open id={successor} onOpen={onOpen} /> : null}>
        <p>
          {t("worksFor")} <Countdown to={value.grace_period_ends_at} />
        </p>
      </Note>
    );
  }
  if (value.state === "replaced") {
    return <Note title={t("replacedText")} action={successor ? <Open id={successor} onOpen={onOpen} /> : null} />;
  }
  if (value.state === "revoked" || value.state === "disabled") {
    return (
      <Note tone={value.state === "revoked" ? "bad" : "warn"} title={t(value.state)}>
        {value.reason ? <p>{value.reason}</p> : null}
      </Note>
    );
  }
  if (value.state === "expired") return <Note tone="bad" title={t("expiredText")} />;
  if (value.expiring_soon && value.expires_at) {
    return (
      <Note tone="warn">
        <p>
          {t("expiresIn")} <Countdown to={value.expires_at} />
        </p>
      </Note>
    );
  }
  return null;
}

function Open({ id, onOpen }: { id: string; onOpen: (id: string) => void }) {
  const t = useTexts(texts);
  return (
    <Button size="sm" onClick={() => onOpen(id)}>
      {t("newSecret")}
      <ArrowRight />
    </Button>
  );
}

function Usage({ value }: { value: Key }) {
  const t = useTexts(texts);
  const day = useQuery(usageQuery(value.lineage_id, 24));
  const month = useQuery(usageQuery(value.lineage_id, COST_DAYS * 24));
  const shown = (loaded: boolean, failed: boolean, children: ReactNode) =>
    loaded ? children : failed ? "–" : <Skeleton className="h-5 w-14" />;
  const tokens = month.data ? month.data.input_tokens + month.data.cache_read_tokens + month.data.output_tokens : 0;
  return (
    <section aria-label={t("usage")} className="grid gap-2">
      <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-line sm:grid-cols-4">
        <Figure name={t("callsLastDay")}>{shown(!!day.data, !!day.error, <Count value={day.data?.requests} />)}</Figure>
        <Figure name={t("calls30")}>
          {shown(!!month.data, !!month.error, <Count value={month.data?.requests} />)}
        </Figure>
        <Figure name={t("tokens30")}>{shown(!!month.data, !!month.error, <Tokens value={tokens} />)}</Figure>
        <Figure name={t("cost")}>{shown(!!month.data, !!month.error, <Money value={month.data?.cost_usd} />)}</Figure>
      </dl>
      <Button look="link" asChild className="w-fit">
        <Link to="/logs" search={{ key_lineage_id: value.lineage_id }}>
          <ScrollText />
          {t("showCalls")}
        </Link>
      </Button>
    </section>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid content-between gap-1 bg-raised px-3 py-2.5">
      <dt className="text-muted text-xs">{name}</dt>
      <dd className="font-semibold text-lg">{children}</dd>
    </div>
  );
}

function Facts({ children }: { children: ReactNode }) {
  return <dl className="grid gap-y-2.5 border-t pt-4 sm:grid-cols-[9rem_1fr]">{children}</dl>;
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 max-sm:mb-1.5">{children}</dd>
    </>
  );
}
