import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plug } from "lucide-react";
import { useState } from "react";
import { useTexts } from "@/i18n";
import { useWhole } from "@/list";
import { Button } from "@/ui/button";
import { Sheet } from "@/ui/dialog";
import { Empty } from "@/ui/empty";
import { Note } from "@/ui/note";
import { Skeleton } from "@/ui/skeleton";
import { toast } from "@/ui/toast";
import { nameOf } from "./columns";
import { EditModelForm, NewModelForm } from "./form";
import { type Model, modelQuery, type Provider, providersQuery } from "./queries";
import { texts } from "./texts";

interface Props {
  /** "new", an id, or nothing. */
  open: string | undefined;
  models: readonly Model[];
  onClose: () => void;
}

/** Beside the list: a new model, or the one whose id is in the address. */
export function ModelSheet({ open, models, onClose }: Props) {
  const t = useTexts(texts);
  const providers = useWhole(providersQuery);
  const shown = models.find((model) => model.id === open);
  return (
    <Sheet
      open={open !== undefined}
      onOpenChange={(next) => !next && onClose()}
      title={open === "new" ? t("create") : shown ? nameOf(shown) : t("editTitle")}
      className="max-w-2xl"
    >
      {open === undefined ? null : providers.rows === undefined ? (
        providers.error ? (
          <Failed error={providers.error} onRetry={providers.retry} />
        ) : (
          <Waiting />
        )
      ) : open !== "new" ? (
        <Edit id={open} providers={providers.rows} onClose={onClose} />
      ) : providers.rows.length === 0 ? (
        <Empty
          icon={Plug}
          title={t("needsProvider")}
          text={t("needsProviderText")}
          action={
            <Button look="primary" asChild>
              <Link to="/providers" search={{ open: "new" }}>
                {t("addProvider")}
              </Link>
            </Button>
          }
        />
      ) : (
        <NewModelForm
          providers={providers.rows}
          onCancel={onClose}
          onDone={(model) => {
            toast({ title: t("created", { name: nameOf(model) }) });
            onClose();
          }}
        />
      )}
    </Sheet>
  );
}

function Edit({ id, providers, onClose }: { id: string; providers: readonly Provider[]; onClose: () => void }) {
  const t = useTexts(texts);
  const [round, setRound] = useState(0);
  const { data: model, error, isFetchedAfterMount, refetch } = useQuery(modelQuery(id));

  async function reload() {
    await refetch();
    setRound((before) => before + 1);
  }

  if (error && !model) return <Failed error={error} onRetry={() => void refetch()} />;
  // What is in the cache may be old; its version would make the edit fail.
  if (!model || !isFetchedAfterMount) return <Waiting />;
  return (
    <EditModelForm
      // Not the version: a refresh in the background must not throw away what is being typed.
      key={round}
      model={model}
      providers={providers}
      onDone={(saved) => {
        toast({ title: t("saved", { name: nameOf(saved) }) });
        onClose();
      }}
      onCancel={onClose}
      onReload={reload}
    />
  );
}

function Failed({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const t = useTexts(texts);
  return (
    <div className="grid justify-items-start gap-4 p-5">
      <Note tone="bad" title={t("loadFailed")} className="w-full">
        {error.message}
      </Note>
      <Button onClick={onRetry}>{t("tryAgain")}</Button>
    </div>
  );
}

function Waiting() {
  return (
    <div className="grid gap-5 p-5">
      <Skeleton className="h-8" />
      <Skeleton className="h-8" />
      <Skeleton className="h-28" />
      <Skeleton className="h-20" />
    </div>
  );
}
