/** The acts on one limit that ask before they do. */
import { z } from "zod";
import { FormField, FormShell, useServerForm } from "@/form";
import { locale, useLanguage, useTexts } from "@/i18n";
import { Confirm } from "@/ui/confirm";
import { Dialog } from "@/ui/dialog";
import { Input } from "@/ui/input";
import { toast } from "@/ui/toast";
import { useLimitName } from "./columns";
import { describe } from "./describe";
import { moneyRule, wholeRule } from "./form";
import { clearOverride, deleteLimit, type Limit, placeOf, resetLimit, setOverride } from "./queries";
import { texts } from "./texts";

export type Act = "override" | "clear_override" | "reset" | "delete";

export function LimitDialogs({ act, limit, onClose }: { act: Act; limit: Limit; onClose: () => void }) {
  const t = useTexts(texts);
  const at = locale(useLanguage());
  const name = useLimitName()(limit);
  const place = placeOf(limit);
  const shared = { open: true, onOpenChange: (open: boolean) => !open && onClose() };

  switch (act) {
    case "override":
      return (
        <Dialog {...shared} title={t("overrideTitle")} text={name}>
          <OverrideForm limit={limit} onDone={onClose} />
        </Dialog>
      );
    case "clear_override":
      return (
        <Confirm
          {...shared}
          title={t("clearOverrideTitle")}
          verb={t("clearOverride")}
          onConfirm={async () => {
            await clearOverride(place);
            toast({ title: t("overrideEnded") });
          }}
        >
          <p>{t("clearOverrideText", { max: describe(limit, limit.is.max, t, at) })}</p>
        </Confirm>
      );
    case "reset":
      return (
        <Confirm
          {...shared}
          title={t("resetTitle")}
          verb={t("reset")}
          // Money may be spent anew: a slip of the mouse must not be enough.
          name={limit.is.name}
          onConfirm={async () => {
            await resetLimit(place);
            toast({ title: t("resetDone") });
          }}
        >
          <p className="font-medium">{name}</p>
          <p>{t("resetText")}</p>
        </Confirm>
      );
    case "delete":
      return (
        <Confirm
          {...shared}
          title={t("deleteTitle")}
          verb={t("delete")}
          name={limit.is.name}
          onConfirm={async () => {
            await deleteLimit(place);
            toast({ title: t("deleted") });
          }}
        >
          <p className="font-medium">{name}</p>
          <p>{t("deleteText")}</p>
        </Confirm>
      );
  }
}

const HOUR = 3_600_000;

function OverrideForm({ limit, onDone }: { limit: Limit; onDone: () => void }) {
  const t = useTexts(texts);
  const money = limit.kind === "budget" && limit.is.unit === "usd";
  const form = useServerForm({
    schema: z.object({
      max: money ? moneyRule(t) : wholeRule(t),
      reason: z.string().trim().min(1, t("missing")),
      expires_at: z.string().refine((text) => new Date(text).getTime() > Date.now(), t("expired")),
    }),
    defaults: {
      max: String(limit.is.override?.max ?? limit.is.max),
      reason: limit.is.override?.reason ?? "",
      expires_at: local(new Date(Date.now() + 24 * HOUR)),
    },
    submit: ({ max, reason, expires_at }) =>
      setOverride(placeOf(limit), { max, reason, expires_at: new Date(expires_at).toISOString() }),
    onDone: () => {
      toast({ title: t("overrideDone") });
      onDone();
    },
  });
  return (
    <FormShell form={form} submit={t("override")} onCancel={onDone} guard={false}>
      <p className="text-muted">{t("overrideText")}</p>
      <FormField form={form} name="max" label={t("max")} hint={money ? t("maxUsd") : undefined}>
        {(field) => <Input {...field} inputMode="decimal" autoComplete="off" />}
      </FormField>
      <FormField form={form} name="reason" label={t("reason")} hint={t("reasonHint")}>
        {(field) => <Input {...field} autoComplete="off" />}
      </FormField>
      <FormField form={form} name="expires_at" label={t("expiresAt")}>
        {(field) => <Input {...field} type="datetime-local" />}
      </FormField>
    </FormShell>
  );
}

/** As the browser's field wants it: the wall clock here, to the minute. */
function local(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
