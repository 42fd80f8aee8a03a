/** The acts on a provider that ask before they do, with what they take away. */
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { type T, useTexts } from "@/i18n";
import { useWhole } from "@/list";
import { Confirm } from "@/ui/confirm";
import { Note } from "@/ui/note";
import { Skeleton } from "@/ui/skeleton";
import { toast } from "@/ui/toast";
import { nameOf } from "./columns";
import { typeOf } from "./provider-type";
import { type Dependent, deleteProvider, impactQuery, modelsQuery, type Provider, setEnabled } from "./queries";
import { texts } from "./texts";

export type Act = "delete" | "disable";

interface Props {
  act: Act;
  provider: Provider;
  onClose: () => void;
}

export function ProviderDialogs({ act, provider, onClose }: Props) {
  const t = useTexts(texts);
  const { data, error } = useQuery(impactQuery(provider.id));
  const all = useWhole(modelsQuery);
  const name = nameOf(provider);
  const models = data?.models;
  const shared = { open: true, onOpenChange: (open: boolean) => !open && onClose() };

  const affected = error ? (
    <Note tone="bad" title={t("impactFailed")}>
      {error.message}
    </Note>
  ) : models === undefined ? (
    <Skeleton className="h-12 w-64" />
  ) : null;

  if (act === "disable") {
    return (
      <Confirm
        {...shared}
        title={t("disableTitle", { name })}
        verb={t("disable")}
        onConfirm={async () => {
          await setEnabled(provider.id, false);
          toast({ title: t("disabled", { name }), action: { label: t("undo"), run: () => void enable(provider, t) } });
        }}
      >
        <p>{t("disableAffects")}</p>
        {affected ?? <Prefixes provider={provider} models={models ?? []} />}
        {models ? (
          <Models
            models={models}
            isGone={(model) => model.other_routes === 0}
            gone={t("leadsNowhere")}
            less={t("goesOn")}
          />
        ) : null}
      </Confirm>
    );
  }
  return (
    <Confirm
      {...shared}
      title={t("deleteTitle", { name })}
      verb={t("delete")}
      name={provider.name}
      onConfirm={async () => {
        // Not before it is known, and shown, what goes with it.
        if (!models) throw new Error(t("impactFailed"));
        await deleteProvider(provider.id);
        toast({ title: t("deleted", { name }) });
      }}
    >
      <p>{t("deleteAffects")}</p>
      {affected ?? <Prefixes provider={provider} models={models ?? []} />}
      {models ? (
        <Models
          models={models}
          // Routes that are switched off count here: a model that has one is kept.
          isGone={({ id }) =>
            all.rows?.find((model) => model.id === id)?.routes.every((route) => route.provider_id === provider.id) ??
            true
          }
          gone={t("isDeleted")}
          less={t("losesRoute")}
        />
      ) : null}
    </Confirm>
  );
}

/** Without models of its own, its usual names lead there. */
function Prefixes({ provider, models }: { provider: Provider; models: readonly Dependent[] }) {
  const t = useTexts(texts);
  const prefixes = typeOf(provider.provider_type)?.prefixes ?? [];
  if (models.length > 0) return null;
  return <p>{prefixes.length > 0 ? t("prefixesEnd", { prefixes: prefixes.join(", ") }) : t("nothingElse")}</p>;
}

function Models({
  models,
  isGone,
  gone,
  less,
}: {
  models: readonly Dependent[];
  isGone: (model: Dependent) => boolean;
  gone: string;
  less: string;
}) {
  const t = useTexts(texts);
  if (models.length === 0) return null;
  const last = models.filter(isGone);
  const others = models.filter((model) => !isGone(model));
  return (
    <>
      <p>{t("modelsLead", { n: models.length })}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <ul className="max-h-48 overflow-y-auto rounded-lg border text-sm" tabIndex={0}>
        {last.map((model) => (
          <Line key={model.id} name={model.model_id}>
            <span className="text-bad-text">{gone}</span>
          </Line>
        ))}
        {others.map((model) => (
          <Line key={model.id} name={model.model_id}>
            {less}
          </Line>
        ))}
      </ul>
    </>
  );
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <li className="flex items-baseline justify-between gap-3 border-b px-2.5 py-1.5 last:border-b-0">
      <code className="truncate" title={name}>
        {name}
      </code>
      <span className="shrink-0 text-muted text-xs">{children}</span>
    </li>
  );
}

/** Takes nothing away, so it asks nothing. */
export async function enable(provider: Provider, t: T<(typeof texts)["en"]>): Promise<void> {
  try {
    await setEnabled(provider.id, true);
    toast({ title: t("enabled", { name: nameOf(provider) }) });
  } catch (error) {
    toast({ tone: "bad", title: (error as Error).message });
  }
}
