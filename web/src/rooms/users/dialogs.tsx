/** The acts on one user that ask before they do. */
import { useQuery } from "@tanstack/react-query";
import { z } from "zod";
import { FormField, FormShell, useServerForm } from "@/form";
import { Count } from "@/format";
import { useTexts } from "@/i18n";
import { Confirm } from "@/ui/confirm";
import { Dialog } from "@/ui/dialog";
import { PasswordField } from "@/ui/secret";
import { Skeleton } from "@/ui/skeleton";
import { toast } from "@/ui/toast";
import { nameOf } from "./columns";
import { passwordRule } from "./form";
import { deleteUser, forceLogout, impactQuery, resetPassword, setActive, type User } from "./queries";
import { texts } from "./texts";

export type Act = "deactivate" | "delete" | "force_logout" | "reset_password";

export function UserDialogs({ act, user, onClose }: { act: Act; user: User; onClose: () => void }) {
  const t = useTexts(texts);
  const name = nameOf(user);
  const shared = { open: true, onOpenChange: (open: boolean) => !open && onClose() };

  switch (act) {
    case "reset_password":
      return (
        <Dialog {...shared} title={t("resetPassword")} text={name}>
          <ResetPasswordForm user={user} onDone={onClose} />
        </Dialog>
      );
    case "deactivate":
      return (
        <Confirm
          {...shared}
          title={t("deactivateTitle", { name })}
          verb={t("deactivate")}
          name={user.email}
          onConfirm={async () => {
            await setActive(user.id, false);
            toast({ title: t("deactivated", { name }) });
          }}
        >
          <p>{t("deactivateAffects")}</p>
          <Impact user={user} keys />
        </Confirm>
      );
    case "force_logout":
      return (
        <Confirm
          {...shared}
          title={t("forceLogoutTitle", { name })}
          verb={t("forceLogout")}
          onConfirm={async () => {
            const { sessions_ended } = await forceLogout(user.id);
            toast({ title: t("sessionsEnded", { n: sessions_ended }) });
          }}
        >
          <p>{t("forceLogoutAffects")}</p>
          <Impact user={user} />
        </Confirm>
      );
    case "delete":
      return (
        <Confirm
          {...shared}
          title={t("deleteTitle", { name })}
          verb={t("delete")}
          name={user.email}
          onConfirm={async () => {
            await deleteUser(user.id);
            toast({ title: t("deleted", { name }) });
          }}
        >
          <p>{t("deleteAffects")}</p>
          <Impact user={user} keys />
        </Confirm>
      );
  }
}

/** How much would end: nothing to think about, or a production service. */
function Impact({ user, keys = false }: { user: User; keys?: boolean }) {
  const t = useTexts(texts);
  const { data, error } = useQuery(impactQuery(user.id));
  const shown = (value: number | undefined) =>
    value !== undefined ? (
      <span className={value > 0 ? "font-medium text-warn-text" : undefined}>
        <Count value={value} />
      </span>
    ) : error ? (
      t("unknown")
    ) : (
      <Skeleton className="mt-1 h-3 w-8" />
    );
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-1 rounded-lg border bg-sunken px-3 py-2">
      {keys ? (
        <>
          <dt className="text-muted">{t("keysThatEnd")}</dt>
          <dd>{shown(data?.keys)}</dd>
        </>
      ) : null}
      {user.service_account ? null : (
        <>
          <dt className="text-muted">{t("sessionsThatEnd")}</dt>
          <dd>{shown(data?.sessions)}</dd>
        </>
      )}
    </dl>
  );
}

function ResetPasswordForm({ user, onDone }: { user: User; onDone: () => void }) {
  const t = useTexts(texts);
  const form = useServerForm({
    schema: z.object({ password: passwordRule(t) }),
    defaults: { password: "" },
    submit: ({ password }) => resetPassword(user.id, password),
    onDone: () => {
      toast({ title: t("passwordReset", { name: nameOf(user) }) });
      onDone();
    },
  });
  return (
    <FormShell form={form} submit={t("resetPassword")} onCancel={onDone} guard={false}>
      <p className="text-muted">{t("resetText")}</p>
      <FormField form={form} name="password" label={t("newPassword")} hint={t("passwordHint")}>
        {(field) => <PasswordField {...field} autoComplete="new-password" />}
      </FormField>
    </FormShell>
  );
}
