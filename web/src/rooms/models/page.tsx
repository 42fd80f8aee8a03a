import { Link } from "@tanstack/react-router";
import { Boxes, CopyPlus, ListPlus, Pencil, Plug, Plus, Power, Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import { z } from "zod";
import { useTexts } from "@/i18n";
import { List, listPlace, type RowAction, useListPlace, useWhole } from "@/list";
import { useBlocked } from "@/shell/access";
import { useRoomActions } from "@/shell/actions";
import { Page as Frame } from "@/shell/page";
import { Button } from "@/ui/button";
import { Menu, MenuContent, MenuItem, MenuLabel, MenuTrigger } from "@/ui/menu";
import { Select } from "@/ui/select";
import { byName, type Row, type State, useModelColumns } from "./columns";
import { type Act, enable, ModelDialogs } from "./dialogs";
import { bookOf, priceOf } from "./price-book";
import { type Model, modelsQuery, type Provider, pricesQuery, providersQuery } from "./queries";
import { ModelSheet } from "./sheet";
import { texts } from "./texts";

const place = listPlace.extend({
  /** "new", or the id of the model whose form is open. */
  open: z.string().optional().catch(undefined),
  state: z.enum(["all", "offered", "off", "nowhere", "unpriced"]).catch("all"),
  /** The name of a provider: only models that lead there. */
  provider: z.string().catch("all"),
});

const NONE: readonly never[] = [];

export function Page() {
  const t = useTexts(texts);
  const [here, go] = useListPlace(place);
  const [asking, ask] = useState<{ act: Act; model: Model }>();
  const columns = useModelColumns();
  const notWrite = useBlocked("models:write");

  const all = useWhole(modelsQuery);
  const providers = useWhole(providersQuery).rows ?? NONE;
  const prices = useWhole(pricesQuery).rows;

  const rows = useMemo(() => {
    const byId = new Map(providers.map((provider) => [provider.id, provider]));
    const book = prices && bookOf(prices);
    const now = Date.now();
    return all.rows
      ?.map(
        (model): Row => ({
          model,
          state: stateOf(model, byId),
          price: book && priceOf(model, book, byId, now),
          providers: byId,
        }),
      )
      .filter((row) => fits(row, here.state))
      .filter(({ model }) => here.provider === "all" || model.routes.some((route) => route.provider === here.provider))
      .sort(byName);
  }, [all.rows, providers, prices, here.state, here.provider]);

  const create = () => go({ open: "new" });
  useRoomActions(notWrite ? [] : [{ id: "new-model", label: t("create"), icon: Plus, run: create }]);

  function actions({ model }: Row): readonly RowAction[] {
    return [
      { label: t("edit"), icon: Pencil, run: () => go({ open: model.id }), blocked: notWrite },
      model.enabled
        ? { label: t("disable"), icon: Power, run: () => ask({ act: "disable", model }), blocked: notWrite }
        : { label: t("enable"), icon: Power, run: () => void enable(model, t), blocked: notWrite },
      { label: t("delete"), icon: Trash2, danger: true, run: () => ask({ act: "delete", model }), blocked: notWrite },
    ];
  }

  const createButton = (
    <Button look="primary" onClick={create} blocked={notWrite}>
      <Plus />
      {t("create")}
    </Button>
  );
  const buttons = (
    <>
      <FromProvider providers={providers} />
      {createButton}
    </>
  );

  return (
    <Frame title={t("title")} text={t("text")} actions={buttons}>
      <List
        id="models"
        label={t("title")}
        columns={columns}
        source={{ ...all, rows }}
        place={[here, go]}
        rowId={({ model }) => model.id}
        rowName={({ model }) => model.model_id}
        onOpen={({ model }) => go({ open: model.id })}
        actions={actions}
        search={{ placeholder: t("searchModels") }}
        filtered={here.state !== "all" || here.provider !== "all"}
        filters={
          <>
            <Select
              aria-label={t("state")}
              className="w-40"
              value={here.state}
              onChange={(state) => go({ state })}
              options={[
                { value: "all", label: t("all") },
                { value: "offered", label: t("offered") },
                { value: "off", label: t("off") },
                { value: "nowhere", label: t("nowhere") },
                { value: "unpriced", label: t("unpriced") },
              ]}
            />
            <Select
              aria-label={t("provider")}
              className="w-44"
              value={here.provider}
              onChange={(provider) => go({ provider })}
              options={[
                { value: "all", label: t("allProviders") },
                ...providers.map(({ name }) => ({ value: name, label: name })),
              ]}
            />
          </>
        }
        empty={
          providers.length > 0
            ? { icon: Boxes, title: t("empty"), text: t("emptyText"), action: buttons }
            : {
                icon: Boxes,
                title: t("empty"),
                text: t("needsProviderText"),
                action: (
                  <Button look="primary" asChild>
                    <Link to="/providers" search={{ open: "new" }}>
                      <Plug />
                      {t("addProvider")}
                    </Link>
                  </Button>
                ),
              }
        }
      />
      <ModelSheet open={here.open} models={all.rows ?? NONE} onClose={() => go({ open: undefined })} />
      {asking ? <ModelDialogs {...asking} onClose={() => ask(undefined)} /> : null}
    </Frame>
  );
}

/** Many at once are added where the provider lists them. */
function FromProvider({ providers }: { providers: readonly Provider[] }) {
  const t = useTexts(texts);
  const usable = providers.filter((provider) => provider.enabled);
  const notTest = useBlocked("providers:test");
  const blocked = notTest ?? (usable.length === 0 ? t("noProvider") : undefined);
  const face = (
    <>
      <ListPlus />
      {t("fromProvider")}
    </>
  );
  if (blocked) return <Button blocked={blocked}>{face}</Button>;
  return (
    <Menu modal={false}>
      <MenuTrigger asChild>
        <Button>{face}</Button>
      </MenuTrigger>
      <MenuContent align="end">
        <MenuLabel>{t("fromWhich")}</MenuLabel>
        {usable.map((provider) => (
          <MenuItem key={provider.id} asChild>
            <Link to="/providers" search={{ add: provider.id }}>
              <CopyPlus aria-hidden="true" />
              {provider.display_name || provider.name}
            </Link>
          </MenuItem>
        ))}
      </MenuContent>
    </Menu>
  );
}

function stateOf(model: Model, providers: ReadonlyMap<string, Provider>): State {
  if (!model.enabled) return "off";
  const leads = model.routes.some((route) => route.enabled && (providers.get(route.provider_id)?.enabled ?? true));
  return leads ? "offered" : "nowhere";
}

function fits(row: Row, wanted: State | "all" | "unpriced"): boolean {
  if (wanted === "all") return true;
  if (wanted === "unpriced") return (row.price?.missing ?? 0) > 0;
  return row.state === wanted;
}
