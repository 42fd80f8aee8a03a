import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { useFieldArray } from "react-hook-form";
import { FormField, useFormFields } from "@/form";
import { percent } from "@/format";
import { locale, useLanguage, useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Switch } from "@/ui/checkbox";
import { cn } from "@/ui/cn";
import { Input } from "@/ui/input";
import { Select } from "@/ui/select";
import { Tooltip } from "@/ui/tooltip";
import { AUTO, askable, dialectName } from "./dialect";
import type { Provider } from "./queries";
import { RouteRoutingFields } from "./routing-fields";
import { groups } from "./shares";
import { texts } from "./texts";
import { UpstreamField } from "./upstream-field";
import { type ModelValues, newRoute } from "./values";

/** Routes as they are tried: first these, in proportion to their weights, then those. */
export function RouteEditor({ providers }: { providers: readonly Provider[] }) {
  const t = useTexts(texts);
  const form = useFormFields<ModelValues>();
  const { control, watch, setValue, clearErrors, formState } = form.fields;
  const rows = useFieldArray({ control, name: "routes" });
  const routes = watch("routes");
  const usable = new Set(providers.filter((provider) => provider.enabled).map((provider) => provider.id));
  const shown = groups(routes, (route) => ({
    weight: Number(route.weight) || 0,
    priority: route.priority,
    usable: route.enabled && usable.has(route.provider),
  }));
  const error = formState.errors.routes?.message ?? formState.errors.routes?.root?.message;

  function move(at: number, group: number, by: 1 | -1) {
    const beside = shown[group + by];
    const here = shown[group]?.priority ?? 0;
    // Beyond the ends a group of its own.
    setValue(`routes.${at}.priority`, beside ? beside.priority : here + by, { shouldDirty: true });
  }

  function add() {
    const used = new Set(routes.map((route) => route.provider));
    const next = providers.find((provider) => provider.enabled && !used.has(provider.id)) ?? providers[0];
    rows.append(newRoute(next?.id ?? "", shown.at(-1)?.priority ?? 0));
    clearErrors("routes");
  }

  return (
    <fieldset className="grid gap-3" aria-describedby={error ? "routes-error" : undefined}>
      <legend className="mb-1.5 font-semibold text-base">{t("routes")}</legend>
      <p className="-mt-2 text-muted text-xs">{t("routesHint")}</p>
      {error ? (
        <p id="routes-error" role="alert" className="text-bad-text text-xs">
          {error}
        </p>
      ) : null}
      {shown.map((group, index) => (
        <section
          key={group.priority}
          aria-label={index === 0 ? t("first") : t("step", { n: index + 1 })}
          className="grid gap-2"
        >
          {shown.length > 1 ? (
            <h3 className="flex items-center gap-2 font-medium text-muted text-xs">
              {index === 0 ? t("first") : t("thenIf")}
              <span aria-hidden="true" className="h-px flex-1 bg-line" />
            </h3>
          ) : null}
          {group.routes.map(({ at, share }) => {
            const row = rows.fields[at];
            if (!row) return null;
            return (
              <RouteCard
                key={row.id}
                at={at}
                providers={providers}
                share={share}
                alone={group.routes.length === 1}
                canRemove={routes.length > 1}
                onRemove={() => {
                  rows.remove(at);
                  clearErrors("routes");
                }}
                onUp={index > 0 || group.routes.length > 1 ? () => move(at, index, -1) : undefined}
                onDown={index < shown.length - 1 || group.routes.length > 1 ? () => move(at, index, 1) : undefined}
              />
            );
          })}
        </section>
      ))}
      <Button size="sm" className="w-fit" onClick={add} blocked={providers.length === 0 ? t("noProvider") : undefined}>
        <Plus />
        {t("addRoute")}
      </Button>
    </fieldset>
  );
}

interface CardProps {
  at: number;
  providers: readonly Provider[];
  share: number | undefined;
  alone: boolean;
  canRemove: boolean;
  onRemove: () => void;
  onUp: (() => void) | undefined;
  onDown: (() => void) | undefined;
}

function RouteCard({ at, providers, share, alone, canRemove, onRemove, onUp, onDown }: CardProps) {
  const t = useTexts(texts);
  const locales = locale(useLanguage());
  const form = useFormFields<ModelValues>();
  const route = form.fields.watch(`routes.${at}`);
  const provider = providers.find((one) => one.id === route.provider);
  const name = provider?.name ?? t("route", { n: at + 1 });
  const dialects = askable(provider);

  return (
    <div className={cn("grid gap-3 rounded-lg border bg-surface p-3", !route.enabled && "bg-canvas")}>
      <div className="grid gap-3 sm:grid-cols-[minmax(0,2fr)_minmax(0,3fr)_5.5rem]">
        <FormField form={form} name={`routes.${at}.provider`} label={t("provider")}>
          {({ value, onChange, ref: _ref, onBlur: _blur, name: _name, disabled: _disabled, ...field }) => (
            <Select
              {...field}
              value={value || undefined}
              onChange={(id) => {
                onChange(id);
                // What the other one was asked in, this one may not speak.
                form.fields.setValue(`routes.${at}.dialect`, AUTO, { shouldDirty: true });
              }}
              placeholder={t("choose")}
              options={providers.map((one) => ({
                value: one.id,
                label: one.enabled ? one.name : t("nameOff", { name: one.name }),
              }))}
            />
          )}
        </FormField>
        <UpstreamField at={at} provider={provider} />
        <FormField form={form} name={`routes.${at}.weight`} label={t("weight")}>
          {(field) => <Input {...field} inputMode="numeric" autoComplete="off" className="figures" />}
        </FormField>
      </div>
      {dialects.length > 1 || route.dialect !== AUTO ? (
        <FormField form={form} name={`routes.${at}.dialect`} label={t("askedIn")} hint={t("askedInHint")}>
          {({ ref: _ref, onBlur: _blur, name: _name, disabled: _disabled, ...field }) => (
            <Select
              {...field}
              options={[AUTO, ...dialects].map((dialect) => ({ value: dialect, label: t(dialectName(dialect)) }))}
              className="sm:w-72"
            />
          )}
        </FormField>
      ) : null}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <div className="flex items-center gap-2">
          <Switch
            id={`route-${at}-on`}
            checked={route.enabled}
            onCheckedChange={(on) => form.fields.setValue(`routes.${at}.enabled`, on, { shouldDirty: true })}
          />
          <label htmlFor={`route-${at}-on`} className="text-xs">
            {t("inUse")}
          </label>
        </div>
        <span className="flex min-w-0 flex-1 items-center gap-2 text-muted text-xs">
          {share === undefined ? (
            route.enabled && provider && !provider.enabled ? (
              t("providerOff")
            ) : (
              t("getsNothing")
            )
          ) : alone ? null : (
            <>
              <span aria-hidden="true" className="h-1.5 w-16 overflow-hidden rounded-full bg-sunken max-sm:hidden">
                <span className="block h-full rounded-full bg-accent" style={{ width: `${share * 100}%` }} />
              </span>
              <span className="figures">{t("share", { share: percent(share, locales) })}</span>
            </>
          )}
        </span>
        <span className="flex items-center gap-0.5">
          <Act label={t("earlier", { name })} icon={<ArrowUp />} run={onUp} why={t("noEarlier")} />
          <Act label={t("later", { name })} icon={<ArrowDown />} run={onDown} why={t("noLater")} />
          <Act
            label={t("removeRoute", { name })}
            icon={<Trash2 />}
            run={canRemove ? onRemove : undefined}
            why={t("needsRoute")}
          />
        </span>
      </div>
      <RouteRoutingFields at={at} />
    </div>
  );
}

function Act({
  label,
  icon,
  run,
  why,
}: {
  label: string;
  icon: React.ReactNode;
  run: (() => void) | undefined;
  why: string;
}) {
  const button = (
    <Button look="quiet" size="icon-sm" aria-label={label} onClick={run} blocked={run ? undefined : why}>
      {icon}
    </Button>
  );
  return run ? <Tooltip text={label}>{button}</Tooltip> : button;
}
