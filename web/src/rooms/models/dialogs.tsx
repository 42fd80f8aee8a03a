/** The acts on a model that ask before they do, with what they take away. */
import { useQuery } from "@tanstack/react-query";
import { type T, useTexts } from "@/i18n";
import { useWhole } from "@/list";
import { useMay } from "@/shell/access";
import { Confirm } from "@/ui/confirm";
import { toast } from "@/ui/toast";
import { endedBy, prefixesOf } from "./prefixes";
import { deleteModel, keysNaming, type Model, modelsQuery, providersQuery, setEnabled } from "./queries";
import { texts } from "./texts";

export type Act = "delete" | "disable";

interface Props {
  act: Act;
  model: Model;
  onClose: () => void;
}

export function ModelDialogs({ act, model, onClose }: Props) {
  const t = useTexts(texts);
  const name = model.model_id;
  const shared = { open: true, onOpenChange: (open: boolean) => !open && onClose() };
  if (act === "disable") {
    return (
      <Confirm
        {...shared}
        title={t("disableTitle", { name })}
        verb={t("disable")}
        onConfirm={async () => {
          await setEnabled(model.id, false);
          toast({ title: t("disabled", { name }), action: { label: t("undo"), run: () => void enable(model, t) } });
        }}
      >
        <p>{t("disableAffects")}</p>
        <Keys model={name} />
      </Confirm>
    );
  }
  return (
    <Confirm
      {...shared}
      title={t("deleteTitle", { name })}
      verb={t("delete")}
      name={name}
      onConfirm={async () => {
        await deleteModel(model.id);
        toast({ title: t("deleted", { name }) });
      }}
    >
      <p>{t("deleteAffects", { n: model.routes.length })}</p>
      <Keys model={name} />
      <Begins model={model} />
    </Confirm>
  );
}

/** Keys that may use it, by name. */
function Keys({ model }: { model: string }) {
  const t = useTexts(texts);
  const { data } = useQuery({ ...keysNaming(model), enabled: useMay("keys:read_any") });
  if (!data || data.length === 0) return null;
  const more = data.length - 3;
  const names = data.slice(0, 3).join(", ") + (more > 0 ? ` ${t("andMore", { n: more })}` : "");
  return <p>{t("keysName", { n: data.length, names })}</p>;
}

/** Without the last of its models a provider takes its usual names again: more than before, which surprises. */
function Begins({ model }: { model: Model }) {
  const t = useTexts(texts);
  const providers = useWhole(providersQuery).rows ?? [];
  const models = useWhole(modelsQuery).rows;
  if (!models) return null;
  const routes = model.routes.map((route) => ({ provider: route.provider_id }));
  const again = endedBy(
    routes,
    providers,
    models.filter((other) => other.id !== model.id),
  );
  return again.map((provider) => (
    <p key={provider.id}>{t("prefixBegins", { name: provider.name, prefixes: prefixesOf(provider) ?? "" })}</p>
  ));
}

/** Takes nothing away, so it asks nothing. */
export async function enable(model: Model, t: T<(typeof texts)["en"]>): Promise<void> {
  try {
    await setEnabled(model.id, true);
    toast({ title: t("enabled", { name: model.model_id }) });
  } catch (error) {
    toast({ tone: "bad", title: (error as Error).message });
  }
}
