/** The models that a provider offers, to be added in one go. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { PackageSearch, RefreshCw, Search, SearchX } from "lucide-react";
import { useState } from "react";
import { NetworkError } from "@/api";
import { useTexts } from "@/i18n";
import { useBlocked } from "@/shell/access";
import { Button } from "@/ui/button";
import { Checkbox } from "@/ui/checkbox";
import { Sheet } from "@/ui/dialog";
import { Empty } from "@/ui/empty";
import { Input } from "@/ui/input";
import { Note } from "@/ui/note";
import { Progress } from "@/ui/progress";
import { Skeleton } from "@/ui/skeleton";
import { toast } from "@/ui/toast";
import { nameOf } from "./columns";
import { Offered } from "./offered";
import { type ProviderType, typeOf } from "./provider-type";
import { addModel, type Provider, type RemoteModel, refresh, remoteModelsQuery } from "./queries";
import { texts } from "./texts";

export function AddModels({
  provider,
  models,
  onClose,
  onEdit,
}: {
  provider: Provider | undefined;
  /** How many lead there already. */
  models: number;
  onClose: () => void;
  onEdit: (id: string) => void;
}) {
  const t = useTexts(texts);
  return (
    <Sheet
      open={provider !== undefined}
      onOpenChange={(next) => !next && onClose()}
      title={provider ? t("modelsOf", { name: nameOf(provider) }) : ""}
      text={t("addText")}
      className="max-w-2xl"
    >
      {provider ? (
        <Choose provider={provider} models={models} onClose={onClose} onEdit={() => onEdit(provider.id)} />
      ) : null}
    </Sheet>
  );
}

interface Run {
  done: number;
  of: number;
  failed: readonly { model: RemoteModel; why: string }[];
}

/** So many at once: quick for fifty, and no burst that hurts other people's clicks. */
const AT_ONCE = 3;

function Choose({
  provider,
  models,
  onClose,
  onEdit,
}: {
  provider: Provider;
  models: number;
  onClose: () => void;
  onEdit: () => void;
}) {
  const t = useTexts(texts);
  const notWrite = useBlocked("models:write");
  const { data, error, isFetching, refetch } = useQuery(remoteModelsQuery(provider.id));
  const [wanted, setWanted] = useState("");
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set());
  const [run, setRun] = useState<Run>();
  const busy = run !== undefined && run.done < run.of;

  const prefixes = typeOf(provider.provider_type)?.prefixes ?? [];
  const offered = data ?? [];
  const words = wanted.trim().toLowerCase();
  const shown = offered.filter((model) => `${model.id} ${model.display_name ?? ""}`.toLowerCase().includes(words));
  const free = shown.filter((model) => !model.routed && !model.name_taken);
  const allChosen = free.length > 0 && free.every((model) => chosen.has(model.id));
  const picked = offered.filter((model) => chosen.has(model.id));
  const unpriced = picked.filter((model) => !model.prices).length;

  function toggle(ids: readonly string[], on: boolean) {
    choose((before) => {
      const next = new Set(before);
      for (const id of ids) {
        if (on) next.add(id);
        else next.delete(id);
      }
      return next;
    });
  }

  async function add() {
    const queue = [...picked];
    const failed: { model: RemoteModel; why: string }[] = [];
    let done = 0;
    setRun({ done, of: picked.length, failed });
    async function work() {
      for (let model = queue.shift(); model; model = queue.shift()) {
        try {
          await addModel(provider.id, model);
        } catch (cause) {
          failed.push({ model, why: cause instanceof NetworkError ? t("noAnswer") : (cause as Error).message });
        }
        done += 1;
        setRun({ done, of: picked.length, failed: [...failed] });
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    await refresh();
    const added = picked.length - failed.length;
    if (added > 0) toast({ title: t("added", { n: added }) });
    // What failed stays chosen, so that a second press tries it again.
    choose(new Set(failed.map(({ model }) => model.id)));
    if (failed.length === 0) onClose();
  }

  if (error && !data) {
    return (
      <>
        <Empty
          icon={PackageSearch}
          title={t("listFailed")}
          text={<span className="wrap-anywhere">{error instanceof NetworkError ? t("noAnswer") : error.message}</span>}
          action={
            <>
              <Button look="primary" busy={isFetching} onClick={() => void refetch()}>
                {t("tryAgain")}
              </Button>
              <Button onClick={onEdit}>{t("editProvider")}</Button>
            </>
          }
        />
        <Hint type={typeOf(provider.provider_type)} className="mx-5" />
      </>
    );
  }
  if (!data) {
    return (
      <div role="status" aria-label={t("asking")} className="grid gap-3 p-5">
        <p className="text-muted">{t("asking")}</p>
        {Array.from({ length: 7 }, (_, at) => (
          <Skeleton key={at} className="h-9" />
        ))}
      </div>
    );
  }
  if (offered.length === 0) {
    return (
      <>
        <Empty icon={PackageSearch} title={t("offersNone")} text={t("offersNoneText")} />
        <Hint type={typeOf(provider.provider_type)} className="mx-5" />
      </>
    );
  }

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="grid gap-3 px-5 pt-4 pb-3">
        {prefixes.length > 0 && models === 0 ? (
          <Note tone="warn" title={t("prefixWarn")}>
            <p>{t("prefixWarnText", { prefixes: prefixes.join(", ") })}</p>
          </Note>
        ) : null}
        <Hint type={typeOf(provider.provider_type)} />
        {run && !busy && run.failed.length > 0 ? <Failures run={run} /> : null}
        <div className="flex items-center gap-2">
          <div className="relative flex-1">
            <Search aria-hidden="true" className="pointer-events-none absolute top-2 left-2.5 size-4 text-muted" />
            <Input
              value={wanted}
              onChange={(event) => setWanted(event.target.value)}
              placeholder={t("searchOffered", { n: offered.length })}
              aria-label={t("searchOffered", { n: offered.length })}
              autoComplete="off"
              spellCheck={false}
              className="pl-8"
            />
          </div>
          <Button busy={isFetching} onClick={() => void refetch()}>
            {isFetching ? null : <RefreshCw />}
            {t("askAgain")}
          </Button>
        </div>
      </div>
      <div className="flex items-center gap-3 border-y bg-canvas px-5 py-2">
        <Checkbox
          id="choose-all"
          checked={allChosen ? true : free.some((model) => chosen.has(model.id)) ? "indeterminate" : false}
          disabled={free.length === 0 || busy}
          onCheckedChange={() =>
            toggle(
              free.map((model) => model.id),
              !allChosen,
            )
          }
        />
        <label htmlFor="choose-all" className="flex-1 font-medium">
          {free.length === 0 ? t("nothingToAdd") : t("chooseAll", { n: free.length })}
        </label>
        <span className="text-muted text-xs">{t("perMillion")}</span>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {shown.length === 0 ? (
          <Empty
            icon={SearchX}
            title={t("noMatch")}
            action={<Button onClick={() => setWanted("")}>{t("clearSearch")}</Button>}
            className="py-10"
          />
        ) : (
          <ul>
            {shown.map((model) => (
              <Offered
                key={model.id}
                model={model}
                chosen={chosen.has(model.id)}
                disabled={busy}
                onChoose={(on) => toggle([model.id], on)}
              />
            ))}
          </ul>
        )}
      </div>
      <div className="flex flex-wrap items-center justify-end gap-x-3 gap-y-2 border-t px-5 py-3">
        <div className="min-w-0 flex-1 text-muted text-xs" aria-live="polite">
          {busy && run ? (
            <div className="grid gap-1.5">
              <span>{t("adding", { done: run.done, of: run.of })}</span>
              <Progress value={run.done / run.of} label={t("adding", { done: run.done, of: run.of })} />
            </div>
          ) : unpriced > 0 ? (
            t("unpriced", { n: unpriced })
          ) : null}
        </div>
        <Button onClick={onClose}>{t("close")}</Button>
        <Button
          look="primary"
          onClick={add}
          busy={busy}
          blocked={notWrite ?? (picked.length === 0 ? t("chooseFirst") : undefined)}
        >
          {picked.length === 0 ? t("addModels") : t("addChosen", { n: picked.length })}
        </Button>
      </div>
    </div>
  );
}

/** Where names are not simply those of a list. */
function Hint({ type, className }: { type: ProviderType | undefined; className?: string }) {
  return type?.modelsHint ? <Said hint={type.modelsHint} className={className} /> : null;
}

function Said({
  hint,
  className = "",
}: {
  hint: NonNullable<ProviderType["modelsHint"]>;
  className: string | undefined;
}) {
  const t = useTexts(texts);
  const say = useTexts(hint);
  return (
    <Note className={className}>
      <p>
        {say("hint")}{" "}
        <Link to="/models" search={{ open: "new" }} className="text-accent-text underline underline-offset-4">
          {t("addByName")}
        </Link>
      </p>
    </Note>
  );
}

function Failures({ run }: { run: Run }) {
  const t = useTexts(texts);
  return (
    <Note tone="bad" title={t("someFailed", { failed: run.failed.length, of: run.of })}>
      <p>{t("someFailedText")}</p>
      <ul className="mt-1 grid max-h-32 gap-0.5 overflow-y-auto text-xs">
        {run.failed.map(({ model, why }) => (
          <li key={model.id} className="wrap-anywhere">
            <code>{model.id}</code>: {why}
          </li>
        ))}
      </ul>
    </Note>
  );
}
