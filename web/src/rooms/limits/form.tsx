import { z } from "zod";
import type { Tagged } from "@/api";
import { FormField, FormShell, useServerForm } from "@/form";
import { type T, useTexts } from "@/i18n";
import { Choice, Switch } from "@/ui/checkbox";
import { Input } from "@/ui/input";
import { Note } from "@/ui/note";
import { Select } from "@/ui/select";
import { toast } from "@/ui/toast";
import { SUBJECT_KINDS, type SubjectKind, WINDOW_WORDS, WINDOWS, WITH_BUDGET, type Window } from "./describe";
import { createBudget, createRule, type Limit, PERIODS, placeOf, updateLimit } from "./queries";
import type { LimitRights } from "./rights";
import { SubjectField } from "./subject-field";
import { texts } from "./texts";

const METRICS = ["requests", "tokens", "concurrency"] as const;
type Words = T<(typeof texts)["en"]>;

export const wholeRule = (t: Words) =>
  z
    .string()
    .trim()
    .regex(/^0*[1-9]\d{0,15}$/, t("notWhole"));
export const moneyRule = (t: Words) =>
  z
    .string()
    .trim()
    .regex(/^(?=.*[1-9])\d+(\.\d+)?$/, t("notAmount"));

interface Done {
  onDone: () => void;
  onCancel: () => void;
}

export function NewLimitForm({ rights, onDone, onCancel }: Done & { rights: LimitRights }) {
  const t = useTexts(texts);
  const shared = z.object({
    subject_kind: z.enum(SUBJECT_KINDS),
    subject_id: z.string(),
    metric: z.enum(METRICS),
    window: z.enum(WINDOWS),
    unit: z.enum(["usd", "tokens"]),
    period: z.enum(PERIODS),
    hard: z.boolean(),
    max: z.string(),
    kind: z.enum(["rule", "budget"]),
  });
  const schema = shared.superRefine((values, context) => {
    if (values.subject_kind !== "organisation" && !values.subject_id) {
      context.addIssue({ code: "custom", path: ["subject_id"], message: t("notUnderstood") });
    }
    const money = values.kind === "budget" && values.unit === "usd";
    const max = (money ? moneyRule(t) : wholeRule(t)).safeParse(values.max);
    if (!max.success) context.addIssue({ code: "custom", path: ["max"], message: max.error.issues[0]?.message ?? "" });
  });
  const form = useServerForm({
    schema,
    defaults: {
      subject_kind: SUBJECT_KINDS.find((kind) => !rights.of(kind)) ?? "organisation",
      subject_id: "",
      kind: "rule" as "rule" | "budget",
      metric: "requests" as (typeof METRICS)[number],
      window: "1m" as Window,
      unit: "usd" as "usd" | "tokens",
      period: "monthly" as (typeof PERIODS)[number],
      hard: true as boolean,
      max: "",
    },
    submit: async (values): Promise<void> => {
      const { subject_kind, subject_id, metric, window, unit, period, hard } = values;
      const max = values.max.trim();
      if (values.kind === "budget") {
        await createBudget(subject_kind, subject_id, { period, unit, max, hard });
      } else {
        const limited = metric === "concurrency" ? { metric } : { metric, window };
        await createRule(subject_kind, subject_id, { surface: "ai_gateway", ...limited, max: Number(max) });
      }
    },
    onDone: () => {
      toast({ title: t("created") });
      onDone();
    },
  });
  const kind = form.fields.watch("kind");
  const subject = form.fields.watch("subject_kind") as SubjectKind;
  const metric = form.fields.watch("metric");
  const unit = form.fields.watch("unit");
  const set = form.fields.setValue;
  const budgets = WITH_BUDGET.includes(subject);

  return (
    <FormShell form={form} submit={t("create")} onCancel={onCancel} blocked={rights.of(subject)} inSheet>
      <FormField form={form} name="subject_kind" label={t("subject")}>
        {({ onChange, ...field }) => (
          <Select
            {...field}
            onChange={(next) => {
              onChange(next);
              set("subject_id", "");
              if (!WITH_BUDGET.includes(next as SubjectKind)) set("kind", "rule");
            }}
            options={SUBJECT_KINDS.map((value) => ({ value, label: t(value), disabled: Boolean(rights.of(value)) }))}
          />
        )}
      </FormField>
      {subject === "organisation" ? null : (
        <FormField form={form} name="subject_id" label={t("id")}>
          {/* Another kind is another list: what was typed goes. */}
          {(field) => <SubjectField key={subject} {...field} kind={subject} />}
        </FormField>
      )}
      <FormField form={form} name="kind" label={t("kind")}>
        {(field) => (
          <Select
            {...field}
            options={[
              { value: "rule", label: t("rule") },
              ...(budgets ? [{ value: "budget" as const, label: t("budget") }] : []),
            ]}
          />
        )}
      </FormField>
      {kind === "budget" ? (
        <>
          <FormField form={form} name="unit" label={t("metric")}>
            {(field) => (
              <Select
                {...field}
                options={[
                  { value: "usd", label: t("usd") },
                  { value: "tokens", label: t("tokens") },
                ]}
              />
            )}
          </FormField>
          <FormField form={form} name="period" label={t("period")}>
            {(field) => <Select {...field} options={PERIODS.map((value) => ({ value, label: t(value) }))} />}
          </FormField>
        </>
      ) : (
        <>
          <FormField form={form} name="metric" label={t("metric")}>
            {(field) => (
              <Select
                {...field}
                options={[
                  { value: "requests", label: t("calls") },
                  { value: "tokens", label: t("tokens") },
                  { value: "concurrency", label: t("concurrency", { max: "n" }) },
                ]}
              />
            )}
          </FormField>
          {metric === "concurrency" ? null : (
            <FormField form={form} name="window" label={t("window")}>
              {(field) => (
                <Select {...field} options={WINDOWS.map((value) => ({ value, label: t(WINDOW_WORDS[value]) }))} />
              )}
            </FormField>
          )}
        </>
      )}
      <FormField
        form={form}
        name="max"
        label={t("max")}
        hint={
          kind === "budget"
            ? t(unit === "usd" ? "maxUsd" : "maxTokens")
            : t(metric === "tokens" ? "maxTokens" : "maxCalls")
        }
      >
        {(field) => <Input {...field} inputMode="decimal" autoComplete="off" />}
      </FormField>
      {kind === "budget" ? (
        <Choice
          control={Switch}
          checked={form.fields.watch("hard")}
          onCheckedChange={(on) => set("hard", on === true, { shouldDirty: true })}
          label={t("hard")}
          hint={t("hardHint")}
        />
      ) : null}
    </FormShell>
  );
}

export function EditLimitForm({
  limit,
  blocked,
  onDone,
  onCancel,
  onReload,
  children,
}: Done & {
  limit: Tagged<Limit>;
  blocked: string | undefined;
  onReload: () => void;
  children: React.ReactNode;
}) {
  const t = useTexts(texts);
  const shown = limit.value;
  const money = shown.kind === "budget" && shown.is.unit === "usd";
  const tokens = shown.kind === "budget" ? shown.is.unit === "tokens" : shown.is.metric === "tokens";
  const form = useServerForm({
    schema: z.object({ max: money ? moneyRule(t) : wholeRule(t), hard: z.boolean() }),
    defaults: { max: String(shown.is.max), hard: shown.kind === "budget" ? shown.is.hard : false },
    etag: limit.etag,
    submit: (values, etag) => updateLimit(placeOf(shown), values, etag),
    onReload,
    onDone: () => {
      toast({ title: t("saved") });
      onDone();
    },
  });
  return (
    <FormShell form={form} submit={t("save")} onCancel={onCancel} blocked={blocked} inSheet>
      {blocked ? <Note tone="info">{blocked}</Note> : null}
      <FormField form={form} name="max" label={t("max")} hint={t(money ? "maxUsd" : tokens ? "maxTokens" : "maxCalls")}>
        {(field) => <Input {...field} inputMode="decimal" autoComplete="off" />}
      </FormField>
      {shown.kind === "budget" ? (
        <Choice
          control={Switch}
          checked={form.fields.watch("hard")}
          onCheckedChange={(on) => form.fields.setValue("hard", on === true, { shouldDirty: true })}
          label={t("hard")}
          hint={t("hardHint")}
        />
      ) : null}
      {children}
    </FormShell>
  );
}
