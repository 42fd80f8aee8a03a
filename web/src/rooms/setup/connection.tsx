import { useQuery } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { z } from "zod";
import { queryClient } from "@/api";
import { FormShell, useServerForm } from "@/form";
import { Duration } from "@/format";
import { useTexts } from "@/i18n";
import { signInOf } from "@/rooms/providers/values";
import { Status } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Note } from "@/ui/note";
import { Spinner } from "@/ui/spinner";
import { ProviderFields } from "./provider-fields";
import { type Provider, probeQuery, repairProvider } from "./queries";
import { bodyOf, missingOf, NO_CONFIG, type Reach } from "./reach";
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
                {probe.credential_source ? ` · ${probe.credential_source}` : null}
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
  const form = useServerForm<Reach, void>({
    schema: z.custom<Reach>().superRefine((reach, context) => {
      for (const field of missingOf(provider.provider_type, reach, provider))
        context.addIssue({ code: "custom", path: field.split("."), message: t("missing") });
    }),
    defaults: {
      base_url: provider.base_url,
      api_key: "",
      allow_private_network: provider.allow_private_network,
      sign_in: signInOf(provider),
      config: {
        ...NO_CONFIG,
        region: provider.config.region ?? "",
        access_key_id: provider.config.access_key_id ?? "",
      },
    },
    submit: (reach) => repairProvider(provider.id, bodyOf(provider.provider_type, reach)),
    onDone: () => void queryClient.resetQueries({ queryKey: probeQuery(provider.id).queryKey }),
  });
  return (
    <div className="rounded-lg border p-4">
      <FormShell form={form} submit={t("saveAndTest")} guard={false}>
        <ProviderFields type={provider.provider_type} stored={provider} named={false} />
      </FormShell>
    </div>
  );
}
