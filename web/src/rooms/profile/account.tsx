import { z } from "zod";
import { FormField, FormShell, useServerForm } from "@/form";
import { Time } from "@/format";
import { useTexts } from "@/i18n";
import { useMe } from "@/shell/access";
import { Badge } from "@/ui/badge";
import { Card, CardBody, CardHeader } from "@/ui/card";
import { CopyText } from "@/ui/copy";
import { Input } from "@/ui/input";
import { toast } from "@/ui/toast";
import { rename } from "./queries";
import { isRole, texts } from "./texts";

export function Account() {
  const t = useTexts(texts);
  const me = useMe();
  const facts = [
    [t("email"), <span key="email">{me.email}</span>],
    [
      t("roles"),
      <span key="roles" className="flex flex-wrap gap-1">
        {me.roles.map((role) => (
          <Badge key={role}>{isRole(role) ? t(role) : role}</Badge>
        ))}
      </span>,
    ],
    [t("memberSince"), <Time key="since" at={me.created_at} />],
    [t("id"), <CopyText key="id" text={me.id} />],
  ] as const;
  return (
    <Card>
      <CardHeader title={t("account")} />
      <CardBody className="grid gap-5">
        <NameForm key={me.display_name} name={me.display_name} />
        <dl className="grid gap-x-6 gap-y-2 sm:grid-cols-[8rem_minmax(0,1fr)]">
          {facts.map(([name, value]) => (
            <div key={name} className="grid min-w-0 sm:contents">
              <dt className="text-muted">{name}</dt>
              <dd className="flex min-w-0 items-center wrap-anywhere">{value}</dd>
            </div>
          ))}
        </dl>
      </CardBody>
    </Card>
  );
}

function NameForm({ name }: { name: string }) {
  const t = useTexts(texts);
  const form = useServerForm({
    schema: z.object({ display_name: z.string().trim().min(1, t("missing")) }),
    defaults: { display_name: name },
    submit: (values) => rename(values.display_name),
    onDone: () => toast({ title: t("saved") }),
  });
  return (
    <FormShell form={form} submit={t("save")} blocked={form.fields.formState.isDirty ? undefined : t("unchanged")}>
      <FormField form={form} name="display_name" label={t("displayName")}>
        {(field) => <Input {...field} autoComplete="name" />}
      </FormField>
    </FormShell>
  );
}
