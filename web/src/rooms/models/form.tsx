import { useMemo } from "react";
import type { Tagged } from "@/api";
import { FormField, FormShell, useServerForm } from "@/form";
import { useTexts } from "@/i18n";
import { useWhole } from "@/list";
import { useBlocked } from "@/shell/access";
import { Choice, Switch } from "@/ui/checkbox";
import { Input } from "@/ui/input";
import { Note } from "@/ui/note";
import { endedBy, prefixesOf } from "./prefixes";
import { bookOf } from "./price-book";
import { PriceFields } from "./price-fields";
import { createModel, type Model, modelsQuery, type Provider, pricesQuery, updateModel } from "./queries";
import { RouteEditor } from "./route-editor";
import { RoutingFields } from "./routing-fields";
import { texts as routingTexts } from "./routing-texts";
import { texts } from "./texts";
import { bodyOf, type ModelValues, newValues, storedValues, valuesSchema } from "./values";

/** Lists are typed into one field each; the server names the place in them. */
const LISTS = Object.fromEntries(
  (["aliases", "routing.fallbacks"] as const).flatMap((name) =>
    Array.from({ length: 40 }, (_, at) => [`${name}.${at}`, name] as const),
  ),
);

interface Props {
  providers: readonly Provider[];
  onDone: (saved: Model) => void;
  onCancel: () => void;
}

export function NewModelForm({ providers, ...props }: Props) {
  const t = useTexts(texts);
  // With one to choose from there is nothing to choose.
  const only = providers.length === 1 ? providers[0]?.id : undefined;
  return (
    <ModelForm
      {...props}
      providers={providers}
      defaults={newValues(only)}
      submit={(values) => createModel(bodyOf(values))}
      verb={t("create")}
    />
  );
}

export function EditModelForm({ model, ...props }: Props & { model: Tagged<Model>; onReload: () => void }) {
  const t = useTexts(texts);
  const { value, etag } = model;
  return (
    <ModelForm
      {...props}
      stored={value}
      etag={etag}
      defaults={storedValues(value)}
      submit={(values, seen) => updateModel(value.id, bodyOf(values), seen)}
      verb={t("save")}
    />
  );
}

interface FormProps extends Props {
  defaults: ModelValues;
  submit: (values: ModelValues, etag: string | undefined) => Promise<Model>;
  verb: string;
  stored?: Model;
  etag?: string | undefined;
  onReload?: () => void;
}

function ModelForm({ providers, defaults, submit, verb, stored, etag, onDone, onCancel, onReload }: FormProps) {
  const t = useTexts(texts);
  const ofRouting = useTexts(routingTexts);
  const notWrite = useBlocked("models:write");
  const prices = useWhole(pricesQuery);
  const models = useWhole(modelsQuery);
  const book = useMemo(() => prices.rows && bookOf(prices.rows), [prices.rows]);
  const form = useServerForm<ModelValues, Model>({
    schema: valuesSchema({
      missing: t("missing"),
      badName: t("badName"),
      badWeight: t("badWeight"),
      badTokenWeight: t("badTokenWeight"),
      badTokens: t("badTokens"),
      badSeconds: t("badSeconds"),
      badNumber: ofRouting("badNumber"),
      badAmount: t("badAmount"),
      needsRoute: t("needsRoute"),
      needsPrice: t("needsPrice"),
      twice: t("twice"),
    }),
    defaults,
    etag,
    submit,
    onDone,
    onReload,
    fieldNames: LISTS,
  });
  const { watch, setValue } = form.fields;
  const others = models.rows?.filter((model) => model.id !== stored?.id);
  // What is saved already has ended them.
  const already = new Set(stored?.routes.map((route) => route.provider_id));
  const ended = others
    ? endedBy(watch("routes"), providers, others).filter((provider) => !already.has(provider.id))
    : [];

  return (
    <FormShell form={form} submit={verb} onCancel={onCancel} inSheet blocked={notWrite}>
      <div className="grid gap-5 sm:grid-cols-2">
        <FormField form={form} name="model_id" label={t("modelId")} hint={t("modelIdHint")}>
          {(field) => <Input {...field} autoComplete="off" spellCheck={false} className="font-mono" />}
        </FormField>
        <FormField form={form} name="display_name" label={t("displayName")} hint={t("displayNameHint")} optional>
          {(field) => <Input {...field} autoComplete="off" />}
        </FormField>
      </div>
      <Choice
        control={Switch}
        checked={watch("enabled")}
        onCheckedChange={(on) => setValue("enabled", on === true, { shouldDirty: true })}
        label={t("offered")}
        hint={t("offeredHint")}
      />
      <RouteEditor providers={providers} />
      {ended.map((provider) => (
        <Note key={provider.id} tone="warn" title={t("prefixEnds", { name: provider.name })}>
          <p>{t("prefixEndsText", { prefixes: prefixesOf(provider) ?? "", name: provider.name })}</p>
        </Note>
      ))}
      <div className="grid gap-5 sm:grid-cols-2">
        <FormField form={form} name="token_weight" label={t("tokenWeight")} hint={t("tokenWeightHint")}>
          {(field) => <Input {...field} inputMode="decimal" autoComplete="off" />}
        </FormField>
        <FormField form={form} name="max_output_tokens" label={t("maxOutput")} hint={t("maxOutputHint")} optional>
          {(field) => <Input {...field} inputMode="numeric" autoComplete="off" />}
        </FormField>
        <FormField form={form} name="cache_ttl_s" label={t("cacheFor")} hint={t("cacheForHint")} optional>
          {(field) => <Input {...field} inputMode="numeric" autoComplete="off" />}
        </FormField>
      </div>
      <RoutingFields others={others ?? []} />
      <PriceFields providers={providers} book={book} />
    </FormShell>
  );
}
