import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { z } from "zod";
import type { Schemas, Tagged } from "@/api";
import { FormField, FormShell, type ServerForm, useServerForm } from "@/form";
import { type T, useTexts } from "@/i18n";
import { useMay, useMe } from "@/shell/access";
import { Choice, Switch } from "@/ui/checkbox";
import { Input } from "@/ui/input";
import { Note } from "@/ui/note";
import { toast } from "@/ui/toast";
import { SURFACES } from "./columns";
import { ExpiryField } from "./expiry-field";
import { ModelChips } from "./model-chips";
import { OwnerField, UNKNOWN_OWNER } from "./owner-field";
import { createKey, type IssuedKey, type Key, modelNamesQuery, updateKey } from "./queries";
import { type Tag, TagsField } from "./tags-field";
import { texts } from "./texts";

const MOST_DAYS = 3650;
/** A week. */
const LONGEST_CACHE_S = 604_800;

interface Values {
  name: string;
  user_id: string;
  restrict: boolean;
  allowed_models: string[];
  expires_at: string;
  surfaces: string[];
  strict_conversion: boolean;
  /** Seconds; empty: as the model says. */
  cache_ttl_s: string;
  cost_center: string;
  tags: Tag[];
  rotation_period_days: string;
  inactivity_timeout_days: string;
}

const EMPTY: Values = {
  name: "",
  user_id: "",
  restrict: false,
  allowed_models: [],
  expires_at: "",
  surfaces: ["ai_gateway"],
  strict_conversion: false,
  cache_ttl_s: "",
  cost_center: "",
  tags: [],
  rotation_period_days: "",
  inactivity_timeout_days: "",
};

function schemaOf(t: T<(typeof texts)["en"]>) {
  const days = z.string().refine((text) => /^\d*$/.test(text) && (text === "" || inRange(Number(text))), t("notDays"));
  return z.object({
    name: z.string().trim().min(1, t("missing")),
    user_id: z.string().refine((id) => id !== UNKNOWN_OWNER, t("noSuchOwner")),
    restrict: z.boolean(),
    allowed_models: z.array(z.string()),
    expires_at: z.string(),
    surfaces: z.array(z.string()).min(1, t("needsSurface")),
    strict_conversion: z.boolean(),
    cache_ttl_s: z
      .string()
      .refine((text) => /^\d{0,6}$/.test(text) && Number(text) <= LONGEST_CACHE_S, t("notSeconds")),
    cost_center: z.string(),
    tags: z
      .array(z.object({ name: z.string(), text: z.string() }))
      .refine((tags) => tags.every((tag) => tag.name !== "" || tag.text === ""), t("tagNeedsName"))
      .refine((tags) => new Set(tags.map((tag) => tag.name)).size === tags.length, t("tagTwice")),
    rotation_period_days: days,
    inactivity_timeout_days: days,
  });
}

const inRange = (days: number) => days >= 1 && days <= MOST_DAYS;
const numberOrNull = (text: string) => (text === "" ? null : Number(text));

/** The parts that making and editing share, as the API wants them. */
function toBody(values: Values) {
  return {
    name: values.name.trim(),
    allowed_models: values.restrict ? values.allowed_models : null,
    surfaces: values.surfaces,
    strict_conversion: values.strict_conversion,
    cache_ttl_s: numberOrNull(values.cache_ttl_s),
    cost_center: values.cost_center.trim() || null,
    tags: Object.fromEntries(values.tags.filter((tag) => tag.name !== "").map((tag) => [tag.name, tag.text])),
    rotation_period_days: numberOrNull(values.rotation_period_days),
    inactivity_timeout_days: numberOrNull(values.inactivity_timeout_days),
  };
}

export function NewKeyForm({ onDone, onCancel }: { onDone: (key: IssuedKey) => void; onCancel: () => void }) {
  const t = useTexts(texts);
  const form = useServerForm<Values, IssuedKey>({
    schema: schemaOf(t),
    defaults: EMPTY,
    submit: (values) =>
      createKey({
        ...toBody(values),
        ...(values.user_id ? { user_id: values.user_id } : {}),
        ...(values.expires_at ? { expires_at: values.expires_at } : {}),
      }),
    onDone,
  });
  return (
    <FormShell form={form} submit={t("createVerb")} onCancel={onCancel} inSheet>
      <Fields form={form} isNew />
    </FormShell>
  );
}

export function EditKeyForm({
  value: { value, etag },
  onDone,
  onCancel,
  onReload,
}: {
  value: Tagged<Key>;
  onDone: () => void;
  onCancel: () => void;
  onReload: () => void;
}) {
  const t = useTexts(texts);
  const defaults: Values = {
    name: value.name,
    user_id: value.user_id,
    restrict: value.allowed_models != null,
    allowed_models: value.allowed_models ?? [],
    expires_at: value.expires_at ?? "",
    surfaces: value.surfaces,
    strict_conversion: value.strict_conversion,
    cache_ttl_s: String(value.cache_ttl_s ?? ""),
    cost_center: value.cost_center ?? "",
    tags: Object.entries(value.tags).map(([name, text]) => ({ name, text })),
    rotation_period_days: String(value.rotation_period_days ?? ""),
    inactivity_timeout_days: String(value.inactivity_timeout_days ?? ""),
  };
  const form = useServerForm<Values, Key>({
    schema: schemaOf(t),
    defaults,
    etag,
    submit: (values, seen) => {
      const body: Schemas["KeyEditBody"] = toBody(values);
      // Sent only when changed: the old moment of a key that has expired would be refused.
      if (values.expires_at !== defaults.expires_at) body.expires_at = values.expires_at || null;
      return updateKey(value.id, body, seen);
    },
    onReload,
    onDone: (saved) => {
      toast({ title: t("saved", { name: saved.name }) });
      onDone();
    },
  });
  return (
    <FormShell form={form} submit={t("save")} onCancel={onCancel} inSheet>
      <Fields form={form} />
    </FormShell>
  );
}

function Fields({ form, isNew = false }: { form: ServerForm<Values>; isNew?: boolean }) {
  const t = useTexts(texts);
  const me = useMe();
  const forOthers = useMay("keys:create_any");
  const { data: models = [] } = useQuery(modelNamesQuery(useMay("models:read")));
  const restrict = form.fields.watch("restrict");
  const none = restrict && form.fields.watch("allowed_models").length === 0;

  return (
    <>
      <FormField form={form} name="name" label={t("name")} hint={isNew ? t("nameHint") : undefined}>
        {(field) => <Input {...field} autoComplete="off" placeholder={isNew ? t("namePlaceholder") : undefined} />}
      </FormField>
      {isNew && forOthers ? (
        <FormField form={form} name="user_id" label={t("owner")} hint={t("ownerHint")}>
          {({ ref: _, name: __, disabled: ___, ...field }) => <OwnerField {...field} me={me} />}
        </FormField>
      ) : null}
      <FormField form={form} name="expires_at" label={t("expires")}>
        {({ ref: _, name: __, onBlur: ___, disabled: ____, ...field }) => <ExpiryField {...field} />}
      </FormField>

      <Part title={t("mayUse")}>
        <Choice
          control={Switch}
          checked={restrict}
          onCheckedChange={(on) => form.fields.setValue("restrict", on === true, { shouldDirty: true })}
          label={t("restrict")}
          hint={t("restrictHint")}
        />
        {restrict ? (
          <FormField form={form} name="allowed_models" label={t("models")} hint={t("modelsHint")}>
            {({ ref: _, name: __, disabled: ___, ...field }) => <ModelChips {...field} suggestions={models} />}
          </FormField>
        ) : null}
        {none ? <Note tone="warn">{t("noneWarning")}</Note> : null}
        <FormField form={form} name="surfaces" label={t("surfaces")}>
          {(field) => (
            <fieldset id={field.id} className="grid gap-2.5">
              <legend className="sr-only">{t("surfaces")}</legend>
              {Object.entries(SURFACES).map(([surface, { name, hint }]) => (
                <Choice
                  key={surface}
                  checked={field.value.includes(surface)}
                  onCheckedChange={(on) =>
                    field.onChange(on ? [...field.value, surface] : field.value.filter((other) => other !== surface))
                  }
                  label={t(name)}
                  hint={t(hint)}
                />
              ))}
            </fieldset>
          )}
        </FormField>
        <Choice
          control={Switch}
          checked={form.fields.watch("strict_conversion")}
          onCheckedChange={(on) => form.fields.setValue("strict_conversion", on === true, { shouldDirty: true })}
          label={t("strict")}
          hint={t("strictHint")}
        />
        <FormField form={form} name="cache_ttl_s" label={t("cacheFor")} hint={t("cacheForHint")} optional>
          {(field) => <Input {...field} inputMode="numeric" autoComplete="off" className="w-32" />}
        </FormField>
      </Part>

      <Part title={t("booking")}>
        <FormField form={form} name="cost_center" label={t("costCenter")} optional>
          {(field) => <Input {...field} autoComplete="off" />}
        </FormField>
        <FormField form={form} name="tags" label={t("tags")} hint={t("tagsHint")} optional>
          {({ ref: _, name: __, disabled: ___, ...field }) => <TagsField {...field} />}
        </FormField>
      </Part>

      <Part title={t("upkeep")}>
        <FormField
          form={form}
          name="rotation_period_days"
          label={t("rotateEvery")}
          hint={t("rotateEveryHint")}
          optional
        >
          {(field) => <Days {...field} />}
        </FormField>
        <FormField
          form={form}
          name="inactivity_timeout_days"
          label={t("inactivity")}
          hint={t("inactivityHint")}
          optional
        >
          {(field) => <Days {...field} />}
        </FormField>
      </Part>
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="grid gap-4 border-t pt-4">
      <h3 className="font-semibold text-muted text-xs uppercase tracking-wide">{title}</h3>
      {children}
    </section>
  );
}

function Days(props: React.ComponentProps<"input">) {
  const t = useTexts(texts);
  return (
    <div className="flex items-center gap-2">
      <Input {...props} inputMode="numeric" autoComplete="off" className="w-24" />
      <span className="text-muted">{t("days")}</span>
    </div>
  );
}
