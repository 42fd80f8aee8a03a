import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Sheet } from "@/ui/dialog";
import { Note } from "@/ui/note";
import { Skeleton } from "@/ui/skeleton";
import { toast } from "@/ui/toast";
import { nameOf } from "./columns";
import { EditProviderForm, NewProviderForm } from "./form";
import { typeOf } from "./provider-type";
import { type Provider, providerQuery } from "./queries";
import { texts } from "./texts";

interface Props {
  /** "new", an id, or nothing. */
  open: string | undefined;
  providers: readonly Provider[];
  onClose: () => void;
  /** What comes next: the models of that provider. */
  onModels: (id: string) => void;
}

/** Beside the list: a new provider, or the one whose id is in the address. */
export function ProviderSheet({ open, providers, onClose, onModels }: Props) {
  const t = useTexts(texts);
  const shown = providers.find((provider) => provider.id === open);

  function created(provider: Provider) {
    const works = (typeOf(provider.provider_type)?.prefixes.length ?? 0) > 0;
    if (!works) {
      // Without models no call gets there: that is the rest of adding it.
      onModels(provider.id);
      return;
    }
    toast({
      title: t("created", { name: nameOf(provider) }),
      text: t("createdWorks", { prefix: typeOf(provider.provider_type)?.prefixes[0] ?? "" }),
      action: { label: t("addModels"), run: () => onModels(provider.id) },
    });
    onClose();
  }

  return (
    <Sheet
      open={open !== undefined}
      onOpenChange={(next) => !next && onClose()}
      title={open === "new" ? t("create") : shown ? nameOf(shown) : t("editTitle")}
      className="max-w-xl"
    >
      {open === undefined ? null : open === "new" ? (
        <NewProviderForm taken={providers.map((provider) => provider.name)} onDone={created} onCancel={onClose} />
      ) : (
        <Edit id={open} onClose={onClose} />
      )}
    </Sheet>
  );
}

function Edit({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useTexts(texts);
  const [round, setRound] = useState(0);
  const { data: provider, error, isFetchedAfterMount, refetch } = useQuery(providerQuery(id));

  async function reload() {
    await refetch();
    setRound((before) => before + 1);
  }

  if (error && !provider) {
    return (
      <div className="grid gap-4 p-5">
        <Note tone="bad" title={t("loadFailed")}>
          {error.message}
        </Note>
        <div className="flex gap-2">
          <Button look="primary" onClick={() => void refetch()}>
            {t("tryAgain")}
          </Button>
          <Button onClick={onClose}>{t("close")}</Button>
        </div>
      </div>
    );
  }
  // What is in the cache may be old; its version would make the edit fail.
  if (!provider || !isFetchedAfterMount) {
    return (
      <div className="grid gap-5 p-5">
        <Skeleton className="h-8" />
        <Skeleton className="h-8" />
        <Skeleton className="h-8" />
        <Skeleton className="h-24" />
      </div>
    );
  }
  return (
    <EditProviderForm
      // Not the version: a refresh in the background must not throw away what is being typed.
      key={round}
      provider={provider}
      onDone={(saved) => {
        toast({ title: t("saved", { name: nameOf(saved) }) });
        onClose();
      }}
      onCancel={onClose}
      onReload={reload}
    />
  );
}
