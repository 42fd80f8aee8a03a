import { useQuery } from "@tanstack/react-query";
import { ListPlus, Pencil, Plug, PlugZap, Plus, Power, Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import { z } from "zod";
import { NetworkError } from "@/api";
import { duration } from "@/format";
import { locale, useLanguage, useTexts } from "@/i18n";
import { List, listPlace, type RowAction, useListPlace, useWhole } from "@/list";
import { useBlocked } from "@/shell/access";
import { useRoomActions } from "@/shell/actions";
import { Page as Frame } from "@/shell/page";
import { Button } from "@/ui/button";
import { Select } from "@/ui/select";
import { toast } from "@/ui/toast";
import { AddModels } from "./add-models";
import { nameOf, type Row, useProviderColumns } from "./columns";
import { type Act, enable, ProviderDialogs } from "./dialogs";
import { failureName } from "./failures";
import { rankOf, stateOf } from "./health";
import { healthQuery, modelsQuery, type Provider, providersQuery, testSaved } from "./queries";
import { ProviderSheet } from "./sheet";
import { texts } from "./texts";

const place = listPlace.extend({
  /** "new", or the id of the provider whose form is open. */
  open: z.string().optional().catch(undefined),
  /** The id of the provider whose models are being added. */
  add: z.string().optional().catch(undefined),
  state: z.enum(["all", "trouble", "on", "off"]).catch("all"),
});

export function Page() {
  const t = useTexts(texts);
  const [here, go] = useListPlace(place);
  const [asking, ask] = useState<{ act: Act; provider: Provider }>();
  const columns = useProviderColumns();
  const notWrite = useBlocked("providers:write");
  const test = useTestSaved();
  const notTest = useBlocked("providers:test");

  const all = useWhole(providersQuery);
  const models = useWhole(modelsQuery);
  const health = useQuery(healthQuery);

  const rows = useMemo(() => {
    const counts = new Map<string, number>();
    for (const model of models.rows ?? []) {
      for (const id of new Set(model.routes.map((route) => route.provider_id)))
        counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    const byId = new Map(health.data?.items.map((item) => [item.id, item]));
    return (
      all.rows
        ?.map(
          (provider): Row => ({
            provider,
            health: byId.get(provider.id),
            models: models.rows ? (counts.get(provider.id) ?? 0) : undefined,
          }),
        )
        .filter(({ provider, health }) => fits(here.state, stateOf(provider, health)))
        // Trouble first, whatever the names are.
        .sort((a, b) => rankOf(a.provider, a.health) - rankOf(b.provider, b.health) || byName(a, b))
    );
  }, [all.rows, models.rows, health.data, here.state]);
  const providers = all.rows ?? [];

  const create = () => go({ open: "new" });
  useRoomActions(notWrite ? [] : [{ id: "new-provider", label: t("create"), icon: Plus, run: create }]);

  function actions({ provider }: Row): readonly RowAction[] {
    return [
      { label: t("edit"), icon: Pencil, run: () => go({ open: provider.id }), blocked: notWrite },
      { label: t("addModels"), icon: ListPlus, run: () => go({ add: provider.id }), blocked: notTest },
      { label: t("test"), icon: PlugZap, run: () => void test(provider), blocked: notTest },
      provider.enabled
        ? { label: t("disable"), icon: Power, run: () => ask({ act: "disable", provider }), blocked: notWrite }
        : { label: t("enable"), icon: Power, run: () => void enable(provider, t), blocked: notWrite },
      {
        label: t("delete"),
        icon: Trash2,
        danger: true,
        run: () => ask({ act: "delete", provider }),
        blocked: notWrite,
      },
    ];
  }

  const createButton = (
    <Button look="primary" onClick={create} blocked={notWrite}>
      <Plus />
      {t("create")}
    </Button>
  );
  const adding = here.add ? rows?.find(({ provider }) => provider.id === here.add) : undefined;

  return (
    <Frame title={t("title")} text={t("text")} actions={createButton}>
      <List
        id="providers"
        label={t("title")}
        columns={columns}
        source={{ ...all, rows }}
        place={[here, go]}
        rowId={({ provider }) => provider.id}
        rowName={({ provider }) => nameOf(provider)}
        onOpen={({ provider }) => go({ open: provider.id })}
        actions={actions}
        search={{ placeholder: t("searchProviders") }}
        filtered={here.state !== "all"}
        filters={
          <Select
            aria-label={t("state")}
            className="w-36"
            value={here.state}
            onChange={(state) => go({ state })}
            options={[
              { value: "all", label: t("all") },
              { value: "trouble", label: t("trouble") },
              { value: "on", label: t("on") },
              { value: "off", label: t("off") },
            ]}
          />
        }
        empty={{ icon: Plug, title: t("empty"), text: t("emptyText"), action: createButton }}
      />
      <ProviderSheet
        open={here.open}
        providers={providers}
        onClose={() => go({ open: undefined })}
        onModels={(id) => go({ open: undefined, add: id })}
      />
      <AddModels
        provider={adding?.provider}
        models={adding?.models ?? 0}
        onClose={() => go({ add: undefined })}
        onEdit={(id) => go({ add: undefined, open: id })}
      />
      {asking ? <ProviderDialogs {...asking} onClose={() => ask(undefined)} /> : null}
    </Frame>
  );
}

const byName = (a: Row, b: Row) => nameOf(a.provider).localeCompare(nameOf(b.provider));

function fits(wanted: "all" | "trouble" | "on" | "off", state: string): boolean {
  if (wanted === "all") return true;
  if (wanted === "trouble") return state === "failing" || state === "degraded";
  return (state === "off") === (wanted === "off");
}

/** Tests a provider as it is saved, and says what came of it wherever one is by then. */
function useTestSaved() {
  const t = useTexts(texts);
  const at = locale(useLanguage());
  return async (provider: Provider) => {
    const name = nameOf(provider);
    try {
      const probe = await testSaved(provider.id);
      const took = duration(probe.latency_ms, at);
      if (probe.ok) {
        const text = probe.models == null ? t("answered", { took }) : t("answeredModels", { took, n: probe.models });
        toast({ title: t("worksName", { name }), text });
      } else {
        const why = probe.error_class ? failureName(t, probe.error_class) : t("testFailed");
        toast({
          tone: "bad",
          title: t("failedName", { name, why }),
          ...(probe.message ? { text: probe.message } : {}),
        });
      }
    } catch (error) {
      toast({ tone: "bad", title: error instanceof NetworkError ? t("noAnswer") : (error as Error).message });
    }
  };
}
