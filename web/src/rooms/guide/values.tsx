/** The three values that every client needs: where, with which key, which model. */
import { KeyRound, RotateCcw } from "lucide-react";
import { useState } from "react";
import { z } from "zod";
import { type FreshKey, keepFreshKey } from "@/api";
import { FormField, FormShell, useServerForm } from "@/form";
import { useTexts } from "@/i18n";
import { useBlocked, useMe } from "@/shell/access";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { CopyButton } from "@/ui/copy";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { SecretField } from "@/ui/secret";
import { Suggest } from "@/ui/suggest";
import { createKey } from "./queries";
import { texts } from "./texts";
import { isUrl } from "./try-it";

interface ValuesProps {
  url: string;
  detected: { url: string; source: string } | undefined;
  onUrl: (url: string | undefined) => void;
  secret: string;
  made: FreshKey | undefined;
  onSecret: (secret: string, made?: FreshKey) => void;
  /** What the gateway has against the key. */
  keyError: string | undefined;
  model: string;
  onModel: (model: string) => void;
  models: readonly string[];
  /** How the list of models came to be. */
  modelsHint: string;
  clientName: string;
}

export function ValuesCard(props: ValuesProps) {
  const { url, detected, onUrl, secret, made, onSecret, keyError, model, onModel, models, modelsHint } = props;
  const t = useTexts(texts);
  const [making, setMaking] = useState(false);
  const notCreate = useBlocked("keys:create_own", "keys:create_any");
  const changed = detected !== undefined && url !== detected.url;

  return (
    <Card aria-label={t("values")} className="grid gap-x-5 gap-y-4 p-4 md:grid-cols-2 xl:grid-cols-3">
      <Field
        label={t("url")}
        hint={changed ? undefined : t(detected?.source === "configured" ? "urlConfigured" : "urlDetected")}
        error={isUrl(url) ? undefined : t("needsUrl")}
      >
        {(field) => (
          <div className="flex gap-1">
            <Input
              {...field}
              value={url}
              onChange={(event) => onUrl(event.target.value)}
              spellCheck={false}
              autoComplete="off"
              className="font-mono"
            />
            {changed ? (
              <Button look="quiet" size="icon" aria-label={t("urlReset")} onClick={() => onUrl(undefined)}>
                <RotateCcw />
              </Button>
            ) : (
              <CopyButton text={url} className="size-8" />
            )}
          </div>
        )}
      </Field>

      <Field
        label={t("key")}
        error={keyError}
        hint={made ? t("keyMade", { name: made.name }) : secret ? t("keyPasted") : t("keyHint")}
      >
        {(field) => (
          <div className="flex gap-1">
            <div className="min-w-0 flex-1">
              <SecretField
                {...field}
                value={secret}
                onChange={(event) => onSecret(event.target.value.trim())}
                placeholder={t("keyPlaceholder")}
              />
            </div>
            {secret ? (
              <CopyButton text={secret} className="size-8" />
            ) : (
              <Button onClick={() => setMaking(true)} blocked={notCreate}>
                <KeyRound />
                {t("makeKey")}
              </Button>
            )}
          </div>
        )}
      </Field>

      <Field label={t("model")} hint={modelsHint}>
        {(field) => (
          <Suggest
            {...field}
            text={model}
            onText={onModel}
            onPick={onModel}
            suggestions={models.map((value) => ({ value }))}
            className="font-mono"
          />
        )}
      </Field>

      <Dialog open={making} onOpenChange={setMaking} title={t("makeKey")} text={t("makeText")}>
        <MakeKey
          clientName={props.clientName}
          onCancel={() => setMaking(false)}
          onMade={(key) => {
            keepFreshKey(key);
            onSecret(key.secret, key);
            setMaking(false);
          }}
        />
      </Dialog>
    </Card>
  );
}

function MakeKey({
  clientName,
  onMade,
  onCancel,
}: {
  clientName: string;
  onMade: (key: FreshKey) => void;
  onCancel: () => void;
}) {
  const t = useTexts(texts);
  const me = useMe();
  const form = useServerForm({
    schema: z.object({ name: z.string().trim().min(1, t("missing")) }),
    defaults: { name: t("keyNameOf", { client: clientName, person: me.display_name || me.email }) },
    submit: ({ name }) => createKey(name),
    onDone: (key) => onMade({ id: key.id, name: key.name, secret: key.key }),
  });
  return (
    <FormShell form={form} submit={t("makeKey")} onCancel={onCancel} guard={false}>
      <FormField form={form} name="name" label={t("keyName")}>
        {(field) => <Input {...field} autoComplete="off" />}
      </FormField>
    </FormShell>
  );
}
