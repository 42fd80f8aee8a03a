import { z } from "zod";
import type { Tagged } from "@/api";
import { FormField, FormShell, useServerForm } from "@/form";
import { type T, useTexts } from "@/i18n";
import { useMe } from "@/shell/access";
import { Choice, Switch } from "@/ui/checkbox";
import { Input } from "@/ui/input";
import { Note } from "@/ui/note";
import { PasswordField } from "@/ui/secret";
import { toast } from "@/ui/toast";
import { nameOf } from "./columns";
import { createUser, type User, updateUser } from "./queries";
import { RoleChoices } from "./role-choices";
import { texts } from "./texts";

/** The server's rule; checked here too, so that it is known before the form is sent. */
export const passwordRule = (t: T<(typeof texts)["en"]>) =>
  z.string().regex(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d).{8,}$/, t("passwordWeak"));

/** As strict as the server: an address such as `admin@localhost` is one, and must not stop an edit of something else. */
const emailRule = (t: T<(typeof texts)["en"]>) =>
  z
    .string()
    .trim()
    .min(1, t("missing"))
    .regex(/^\S+@[^\s@]+$/, t("notEmail"));

interface Done {
  /** Why it cannot be saved. */
  blocked: string | undefined;
  onDone: () => void;
  onCancel: () => void;
}

export function NewUserForm({ blocked, onDone, onCancel }: Done) {
  const t = useTexts(texts);
  const me = useMe();
  const person = z.object({
    service_account: z.literal(false),
    email: emailRule(t),
    display_name: z.string(),
    password: passwordRule(t),
    roles: z.array(z.string()).min(1, t("needsRole")),
  });
  const machine = person.extend({
    service_account: z.literal(true),
    email: z.string().trim().min(1, t("missing")),
    password: z.string().transform(() => undefined),
  });
  const form = useServerForm({
    schema: z.discriminatedUnion("service_account", [person, machine]),
    defaults: { email: "", display_name: "", password: "", roles: ["developer"], service_account: false as boolean },
    submit: createUser,
    onDone: (user) => {
      toast({ title: t("created", { name: nameOf(user) }) });
      onDone();
    },
  });
  const isMachine = form.fields.watch("service_account");

  return (
    <FormShell form={form} submit={t("create")} onCancel={onCancel} blocked={blocked} inSheet>
      <Choice
        control={Switch}
        checked={isMachine}
        onCheckedChange={(on) => {
          form.fields.setValue("service_account", on === true, { shouldDirty: true });
          form.fields.setValue("roles", [on ? "service" : "developer"], { shouldDirty: true });
        }}
        label={t("machine")}
        hint={t("machineHint")}
      />
      <FormField
        form={form}
        name="email"
        label={isMachine ? t("machineName") : t("email")}
        hint={isMachine ? undefined : t("emailHint")}
      >
        {(field) => <Input {...field} type={isMachine ? "text" : "email"} autoComplete="off" />}
      </FormField>
      <FormField form={form} name="display_name" label={t("displayName")} optional>
        {(field) => <Input {...field} autoComplete="off" />}
      </FormField>
      {isMachine ? null : (
        <FormField form={form} name="password" label={t("password")} hint={t("passwordHint")}>
          {(field) => <PasswordField {...field} value={field.value ?? ""} autoComplete="new-password" />}
        </FormField>
      )}
      <FormField form={form} name="roles" label={t("roles")}>
        {(field) => <RoleChoices {...field} me={me} machine={isMachine} />}
      </FormField>
    </FormShell>
  );
}

export function EditUserForm({
  user,
  blocked,
  onDone,
  onCancel,
  onReload,
}: Done & { user: Tagged<User>; onReload: () => void }) {
  const t = useTexts(texts);
  const me = useMe();
  const { id, email, display_name, roles, service_account } = user.value;
  const form = useServerForm({
    schema: z.object({
      email: service_account ? z.string().trim().min(1, t("missing")) : emailRule(t),
      display_name: z.string(),
      roles: z.array(z.string()).min(1, t("needsRole")),
    }),
    defaults: { email, display_name, roles },
    etag: user.etag,
    submit: (values, etag) => updateUser(id, values, etag),
    onReload,
    onDone: (saved) => {
      toast({ title: t("saved", { name: nameOf(saved) }) });
      onDone();
    },
  });

  return (
    <FormShell form={form} submit={t("save")} onCancel={onCancel} blocked={blocked} inSheet>
      {blocked ? <Note tone="info">{blocked}</Note> : null}
      <FormField form={form} name="email" label={service_account ? t("machineName") : t("email")}>
        {(field) => <Input {...field} autoComplete="off" />}
      </FormField>
      <FormField form={form} name="display_name" label={t("displayName")} optional>
        {(field) => <Input {...field} autoComplete="off" />}
      </FormField>
      <FormField form={form} name="roles" label={t("roles")}>
        {(field) => <RoleChoices {...field} me={me} machine={service_account} />}
      </FormField>
    </FormShell>
  );
}
