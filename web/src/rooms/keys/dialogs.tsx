/** The acts on one key that ask before they do. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { z } from "zod";
import { FormField, FormShell, useServerForm } from "@/form";
import { Count, Money, shortTime, Time } from "@/format";
import { locale, type PlainKey, useLanguage, useTexts } from "@/i18n";
import { Confirm } from "@/ui/confirm";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { Select } from "@/ui/select";
import { Skeleton } from "@/ui/skeleton";
import { toast } from "@/ui/toast";
import type { Issued } from "./issued";
import { disableKey, type Key, revokeKey, rotateKey, usageQuery } from "./queries";
import { texts } from "./texts";

export type Act = "rotate" | "disable" | "revoke";

interface KeyDialogsProps {
  act: Act;
  target: Key;
  onIssued: (issued: Issued) => void;
  onClose: () => void;
}

export function KeyDialogs({ act, target, onIssued, onClose }: KeyDialogsProps) {
  const t = useTexts(texts);
  const [reason, setReason] = useState("");
  const { name } = target;
  const shared = { open: true, onOpenChange: (open: boolean) => !open && onClose() };

  switch (act) {
    case "rotate":
      return (
        <Dialog {...shared} title={t("rotateTitle", { name })} text={t("rotateText")}>
          <RotateForm target={target} onIssued={onIssued} onClose={onClose} />
        </Dialog>
      );
    case "disable":
      return (
        <Confirm
          {...shared}
          title={t("disableTitle", { name })}
          verb={t("disable")}
          onConfirm={async () => {
            await disableKey(target.id);
            toast({ title: t("disabledDone", { name }) });
          }}
        >
          <p>{t("disableAffects")}</p>
          <Impact target={target} />
        </Confirm>
      );
    case "revoke":
      return (
        <Confirm
          {...shared}
          title={t("revokeTitle", { name })}
          verb={t("revoke")}
          name={name}
          onConfirm={async () => {
            await revokeKey(target.id, reason);
            toast({ title: t("revokedDone", { name }) });
          }}
        >
          <p>{t(target.state === "grace" ? "revokeGraceAffects" : "revokeAffects")}</p>
          <Impact target={target} />
          <Field label={t("reason")} aside={t("optional")} className="mt-1">
            {(field) => (
              <Input
                {...field}
                value={reason}
                onChange={(event) => setReason(event.target.value)}
                placeholder={t("reasonPlaceholder")}
                autoComplete="off"
              />
            )}
          </Field>
        </Confirm>
      );
  }
}

/** Who would notice: when the key was used last, and how much in the last day. */
function Impact({ target }: { target: Key }) {
  const t = useTexts(texts);
  const { data: day, error } = useQuery(usageQuery(target.lineage_id, 24));
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-1 rounded-lg border bg-sunken px-3 py-2">
      <dt className="text-muted">{t("owner")}</dt>
      <dd className="truncate">{target.user_email ?? "–"}</dd>
      <dt className="text-muted">{t("lastUsed")}</dt>
      <dd>{target.last_used_at ? <Time at={target.last_used_at} /> : t("never")}</dd>
      <dt className="text-muted">{t("callsLastDay")}</dt>
      <dd className={day && day.requests > 0 ? "font-medium text-warn-text" : undefined}>
        {day ? (
          <>
            <Count value={day.requests} /> · <Money value={day.cost_usd} />
          </>
        ) : error ? (
          "–"
        ) : (
          <Skeleton className="mt-1 h-3 w-16" />
        )}
      </dd>
    </dl>
  );
}

const GRACES: readonly { secs: string; name: PlainKey<typeof texts> }[] = [
  { secs: "0", name: "graceNone" },
  { secs: "3600", name: "graceHour" },
  { secs: "86400", name: "graceDay" },
  { secs: "604800", name: "graceWeek" },
  { secs: "2592000", name: "graceMonth" },
];
const USUAL_GRACE = "86400";

function RotateForm({ target, onIssued, onClose }: Omit<KeyDialogsProps, "act">) {
  const t = useTexts(texts);
  const at = locale(useLanguage());
  const form = useServerForm({
    schema: z.object({ grace_secs: z.string() }),
    defaults: { grace_secs: USUAL_GRACE },
    submit: async ({ grace_secs }) => {
      const key = await rotateKey(target.id, Number(grace_secs));
      return { key, oldWorksUntil: new Date(Date.now() + Number(grace_secs) * 1000).toISOString() };
    },
    onDone: (issued) => {
      onClose();
      onIssued(issued);
    },
  });
  const secs = Number(form.fields.watch("grace_secs"));
  const until = shortTime(new Date(Date.now() + secs * 1000), at);

  return (
    <FormShell form={form} submit={t("rotate")} onCancel={onClose} guard={false}>
      <Impact target={target} />
      <FormField
        form={form}
        name="grace_secs"
        label={t("grace")}
        hint={secs === 0 ? t("graceNoneHint") : t("graceHint", { until })}
      >
        {(field) => <Select {...field} options={GRACES.map(({ secs, name }) => ({ value: secs, label: t(name) }))} />}
      </FormField>
    </FormShell>
  );
}
