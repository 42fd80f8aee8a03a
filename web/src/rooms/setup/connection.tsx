import { useQuery } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { z } from "zod";
import { queryClient } from "@/api";
import { FormShell, useServerForm } from "@/form";
import { Duration } from "@/format";
import { useTexts } from "@/i18n";
import { Status } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Note } from "@/ui/note";
import { Spinner } from "@/ui/spinner";
import { ProviderFields } from "./provider-fields";
import { type Provider, probeQuery, repairProvider } from "./queries";
import { texts } from "./texts";

/** Whether the provider answers. If not: why, and what was typed to be mended right here. */
export function Connection({ provider }: { provider: Provider }) {
  const t = useTexts(texts);
  const { data: probe, error, isFetching, refetch } = useQuery(probeQuery(provider.id));
  const again = (
    <Button size="sm" busy={isFetching} onClick={() => void refetch()}>
      {isFetching ? null : <RefreshCw />}
      {t("testAgain")}
    </Button>
  );

  return (
    <section className="grid gap-3" aria-label={t("connection")}>
      <div className="flex min-h-7 flex-wrap items-center justify-between gap-x-4 gap-y-1" aria-live="polite">
        {probe?.ok ? (
          <Status tone="good">
            <span>
              {t("answers", { name: provider.display_name })}{" "}
              <span className="text-muted">
                <Duration ms={probe.latency_ms} />
                {probe.models == null ? null : ` · ${t("modelsListed", { n: probe.models })}`}
              </span>
            </span>
          </Status>
        ) : probe || error ? (
          <Status tone="bad">{t("answersNot", { name: provider.display_name })}</Status>
        ) : (
          <span className="inline-flex items-center gap-2 text-muted">
            <Spinner />
            {t("testing", { name: provider.display_name })}
          </span>
        )}
        {probe?.ok || error ? again : null}
      </div>
      {error ? <Note tone="bad">{error.message}</Note> : null}
      {probe && !probe.ok ? (
        <>
          <Note tone="bad">
            <p className="wrap-anywhere">{probe.message ?? probe.error_class}</p>
          </Note>
          <RepairForm provider={provider} />
        </>
      ) : null}
    </section>
  );
}

function RepairForm({ provider }: { provider: Provider }) {
  const t = useTexts(texts);
  const form = useServerForm({
    schema: z.object({
      base_url: z.string().trim().min(1, t("missing")),
      api_key: z.string(),
      allow_private_network: z.boolean(),
    }),
    defaults: { base_url: provider.base_url, api_key: "", allow_private_network: provider.allow_private_network },
    submit: ({ api_key, ...rest }) =>
      // An empty field keeps the key that the server has.
      repairProvider(provider.id, { ...rest, ...(api_key.trim() ? { api_key: api_key.trim() } : {}) }),
    onDone: () => void queryClient.resetQueries({ queryKey: probeQuery(provider.id).queryKey }),
  });
  return (
    <div className="rounded-lg border p-4">
      <FormShell form={form} submit={t("saveAndTest")} guard={false}>
        <ProviderFields type={provider.provider_type} stored={provider.api_key} named={false} />
      </FormShell>
    </div>
  );
}
