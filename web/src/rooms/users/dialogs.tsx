/** The acts on one user that ask before they do. */
import { z } from "zod";
import { FormField, FormShell, useServerForm } from "@/form";
import { useTexts } from "@/i18n";
import { Confirm } from "@/ui/confirm";
import { Dialog } from "@/ui/dialog";
import { PasswordField } from "@/ui/secret";
import { toast } from "@/ui/toast";
import { nameOf } from "./columns";
import { passwordRule } from "./form";
import { deleteUser, forceLogout, resetPassword, setActive, type User } from "./queries";
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
        </Confirm>
      );
  }
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
