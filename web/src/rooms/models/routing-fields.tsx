import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { useState } from "react";
import { FormField, useFormFields } from "@/form";
import { type PlainKey, useTexts } from "@/i18n";
import { Input } from "@/ui/input";
import { Select } from "@/ui/select";
import type { Model } from "./queries";
import { texts } from "./routing-texts";
import { BREAKER, NONE, saysSomething, TIMEOUTS, USUAL } from "./routing-values";
import type { ModelValues } from "./values";

type Key = PlainKey<typeof texts>;

const CHOICES: readonly { name: "strategy" | "affinity" | "rescue"; words: Readonly<Record<string, Key>> }[] = [
  {
    name: "strategy",
    words: {
      priority: "strategyPriority",
      weighted: "strategyWeighted",
      latency: "strategyLatency",
      cost: "strategyCost",
    },
  },
  { name: "affinity", words: { conversation: "affinityConversation", none: "affinityNone" } },
  { name: "rescue", words: { prefill: "rescuePrefill", regenerate: "rescueRegenerate", off: "rescueOff" } },
];

/** Further names of the model, who stands in for it, and how its calls are conducted. */
export function RoutingFields({ others }: { others: readonly Model[] }) {
  const t = useTexts(texts);
  const form = useFormFields<ModelValues>();
  const { getValues, watch } = form.fields;
  const chosen = watch("routing.larger_context");
  const names = others.map((model) => model.model_id);
  // What is chosen stays to be seen while the list is still loading.
  const larger = chosen === NONE || names.includes(chosen) ? names : [chosen, ...names];
  return (
    <Fold
      title={t("routing")}
      hint={t("routingHint")}
      open={saysSomething(getValues("routing")) || getValues("aliases") !== ""}
    >
      <FormField form={form} name="aliases" label={t("aliases")} hint={t("aliasesHint")} optional>
        {(field) => <Input {...field} autoComplete="off" spellCheck={false} className="font-mono" />}
      </FormField>
      <FormField form={form} name="routing.fallbacks" label={t("fallbacks")} hint={t("fallbacksHint")} optional>
        {(field) => <Input {...field} autoComplete="off" spellCheck={false} className="font-mono" />}
      </FormField>
      <FormField form={form} name="routing.larger_context" label={t("larger")} hint={t("largerHint")}>
        {({ ref: _ref, onBlur: _blur, name: _name, disabled: _disabled, ...field }) => (
          <Select
            {...field}
            options={[
              { value: NONE, label: t("none") },
              ...larger.map((name) => ({ value: name, label: <code>{name}</code> })),
            ]}
          />
        )}
      </FormField>
      <div className="grid gap-5 sm:grid-cols-2">
        {CHOICES.map(({ name, words }) => (
          <FormField key={name} form={form} name={`routing.${name}`} label={t(name)}>
            {({ ref: _ref, onBlur: _blur, name: _name, disabled: _disabled, ...field }) => (
              <Select
                {...field}
                options={[
                  { value: USUAL, label: t("usual") },
                  ...Object.entries(words).map(([word, key]) => ({ value: word, label: t(key) })),
                ]}
              />
            )}
          </FormField>
        ))}
        <FormField form={form} name="routing.retry_max" label={t("retryMax")} optional>
          {(field) => <Input {...field} inputMode="numeric" autoComplete="off" className="figures" />}
        </FormField>
      </div>
      <Numbers legend={t("timeouts")}>
        {TIMEOUTS.map((name) => (
          <FormField key={name} form={form} name={`routing.timeout.${name}`} label={t(name)}>
            {(field) => <Input {...field} inputMode="numeric" autoComplete="off" className="figures" />}
          </FormField>
        ))}
      </Numbers>
    </Fold>
  );
}

/** What one route says for itself. */
export function RouteRoutingFields({ at }: { at: number }) {
  const t = useTexts(texts);
  const form = useFormFields<ModelValues>();
  const own = form.fields.getValues(`routes.${at}.routing`);
  return (
    <Fold title={t("ofRoute")} hint={t("ofRouteHint")} open={saysSomething(own)} plain>
      <FormField
        form={form}
        name={`routes.${at}.routing.context_tokens`}
        label={t("context_tokens")}
        hint={t("contextHint")}
        optional
      >
        {(field) => <Input {...field} inputMode="numeric" autoComplete="off" className="figures sm:w-40" />}
      </FormField>
      <Numbers legend={t("timeouts")}>
        {TIMEOUTS.map((name) => (
          <FormField key={name} form={form} name={`routes.${at}.routing.timeout.${name}`} label={t(name)}>
            {(field) => <Input {...field} inputMode="numeric" autoComplete="off" className="figures" />}
          </FormField>
        ))}
      </Numbers>
      <Numbers legend={t("breaker")}>
        {BREAKER.map((name) => (
          <FormField key={name} form={form} name={`routes.${at}.routing.breaker.${name}`} label={t(name)}>
            {(field) => <Input {...field} inputMode="numeric" autoComplete="off" className="figures" />}
          </FormField>
        ))}
      </Numbers>
    </Fold>
  );
}

interface FoldProps {
  title: string;
  hint: string;
  /** Whether it is open when the form is. */
  open: boolean;
  /** Inside something that has a title of its own. */
  plain?: boolean;
  children: ReactNode;
}

function Fold({ title, hint, open: begins, plain, children }: FoldProps) {
  const [open, setOpen] = useState(begins);
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)} className="group">
      <summary className="flex w-fit cursor-pointer list-none items-center gap-1 rounded-md [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden="true" className="size-4 text-muted transition-transform group-open:rotate-90" />
        <span className={plain ? "text-xs" : "font-semibold text-base"}>{title}</span>
      </summary>
      <div className="mt-3 grid gap-5">
        <p className="text-muted text-xs">{hint}</p>
        {children}
      </div>
    </details>
  );
}

function Numbers({ legend, children }: { legend: string; children: ReactNode }) {
  return (
    <fieldset className="grid gap-3">
      <legend className="mb-2 font-medium text-sm">{legend}</legend>
      <div className="grid gap-3 sm:grid-cols-3">{children}</div>
    </fieldset>
  );
}
