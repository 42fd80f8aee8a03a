/** After the account was made: the key, whether the provider answers, and the first call. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowRight } from "lucide-react";
import { useState } from "react";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Note } from "@/ui/note";
import { Skeleton } from "@/ui/skeleton";
import { Connection } from "./connection";
import { FirstCall } from "./first-call";
import type { Done } from "./form";
import { KeyShown } from "./key-shown";
import { LeaveGuard } from "./leave-guard";
import { firstProviderQuery, probeQuery } from "./queries";
import { Steps } from "./steps";
import { texts } from "./texts";

export function Ready({ done }: { done: Done }) {
  const t = useTexts(texts);
  const [secret, setSecret] = useState(done.secret);
  const [saved, setSaved] = useState(false);
  const { data: provider, error, refetch } = useQuery(firstProviderQuery);
  const { data: probe } = useQuery({ ...probeQuery(provider?.id ?? ""), enabled: false });
  const unsaved = () => secret !== undefined && !saved;

  return (
    <div className="grid gap-7">
      <Steps at={3} reached={3} />
      <KeyShown secret={secret} lost={done.wish.with_key} onMade={setSecret} onSaved={() => setSaved(true)} />
      {error && provider === undefined ? (
        <Note
          tone="bad"
          action={
            <Button size="sm" onClick={() => void refetch()}>
              {t("tryAgain")}
            </Button>
          }
        >
          {error.message}
        </Note>
      ) : provider === undefined ? (
        <Skeleton className="h-24" />
      ) : provider === null ? (
        <Note title={t("noProvider")}>
          <p>{t("noProviderText")}</p>
        </Note>
      ) : (
        <>
          <Connection provider={provider} />
          {probe?.ok ? <FirstCall provider={provider} secret={secret} /> : null}
        </>
      )}
      <div className="flex flex-wrap justify-end gap-2 border-t pt-5">
        {provider === null ? (
          <Button asChild>
            <Link to="/providers">{t("addProvider")}</Link>
          </Button>
        ) : null}
        <Button look="primary" asChild>
          <Link to="/">
            {t("toDashboard")}
            <ArrowRight />
          </Link>
        </Button>
      </div>
      <LeaveGuard leaves={unsaved} title={t("keyUnsavedTitle")} text={t("keyUnsavedText")} verb={t("leaveKey")} />
    </div>
  );
}
