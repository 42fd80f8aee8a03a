import { PlugZap } from "lucide-react";
import { useState } from "react";
import { type FieldPath, useFormContext } from "react-hook-form";
import { ApiError, NetworkError } from "@/api";
import { duration } from "@/format";
import { locale, useLanguage, useTexts } from "@/i18n";
import { useBlocked } from "@/shell/access";
import { Button } from "@/ui/button";
import { Note } from "@/ui/note";
import { failureName } from "./failures";
import { typeOf } from "./provider-type";
import { type Probe, type Provider, testUnsaved } from "./queries";
import { texts } from "./texts";
import { atItsField, FIELD_NAMES, type ProviderValues, testBody } from "./values";

interface Result {
  /** What was tested, as a text: another value, and the result is of something else. */
  tested: string;
  probe?: Probe;
  error?: Error;
}

/** Tests what is in the form, before anything is saved. */
export function TestConnection({
  stored,
  onPrivateAddress,
}: {
  stored: Provider | undefined;
  onPrivateAddress: () => void;
}) {
  const t = useTexts(texts);
  const form = useFormContext<ProviderValues>();
  const [result, setResult] = useState<Result>();
  const [busy, setBusy] = useState(false);
  // Of a saved provider the stored secrets are used, which takes the right to edit it too.
  const notTest = useBlocked("providers:test");
  const notWrite = useBlocked("providers:write");
  const now = JSON.stringify(testBody(form.watch(), stored));
  const type = typeOf(form.watch("provider_type"));
  const needsAddress = type?.address?.needed && form.watch("base_url").trim() === "";
  const needsMore = (type?.missing?.(form.watch(), stored) ?? []).length > 0;

  async function test() {
    const values = form.getValues();
    const body = testBody(values, stored);
    const tested = JSON.stringify(body);
    setBusy(true);
    setResult(undefined);
    try {
      const probe = await testUnsaved(body);
      if (probe.error_class === "private_address") onPrivateAddress();
      setResult({ tested, probe });
    } catch (cause) {
      const error = atItsField(cause, values, t("isPrivate")) as Error;
      if (error instanceof ApiError && error.code === "private_address") onPrivateAddress();
      const field = error instanceof ApiError ? fieldOf(error.field) : undefined;
      // The focus stays: a field that is left is checked again, and what moves then would slip away under the pointer.
      if (field) form.setError(field, { type: "server", message: error.message });
      else setResult({ tested, error });
    } finally {
      setBusy(false);
    }
  }

  return (
    <div className="flex flex-col gap-3 rounded-lg border bg-canvas p-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="min-w-0 flex-1 text-muted text-xs">{t("testText")}</p>
        <Button
          onClick={test}
          busy={busy}
          blocked={
            notTest ??
            (stored ? notWrite : undefined) ??
            (needsAddress ? t("addressFirst") : needsMore ? t("fillFirst") : undefined)
          }
        >
          {busy ? null : <PlugZap />}
          {t("test")}
        </Button>
      </div>
      <div aria-live="polite" className="empty:-mt-3">
        {result?.tested === now ? (
          result.probe ? (
            <ProbeNote probe={result.probe} />
          ) : (
            <Note tone="bad" title={t("testFailed")}>
              {result.error instanceof NetworkError ? t("noAnswer") : result.error?.message}
            </Note>
          )
        ) : null}
      </div>
    </div>
  );
}

export function ProbeNote({ probe }: { probe: Probe }) {
  const t = useTexts(texts);
  const at = locale(useLanguage());
  const took = duration(probe.latency_ms, at);
  if (probe.ok) {
    return (
      <Note tone="good" title={t("works")}>
        <p title={`${probe.latency_ms} ms`}>
          {probe.models == null ? t("answered", { took }) : t("answeredModels", { took, n: probe.models })}
        </p>
        {probe.credential_source ? <p>{t("signedWith", { source: probe.credential_source })}</p> : null}
      </Note>
    );
  }
  return (
    <Note tone="bad" title={probe.error_class ? failureName(t, probe.error_class) : t("testFailed")}>
      {probe.message ? <p className="wrap-anywhere">{probe.message}</p> : null}
      <p className="text-xs">
        {probe.status_code ? t("afterStatus", { took, status: String(probe.status_code) }) : t("after", { took })}
      </p>
    </Note>
  );
}

function fieldOf(field: string | undefined): FieldPath<ProviderValues> | undefined {
  if (!field) return undefined;
  const named = (FIELD_NAMES as Readonly<Record<string, FieldPath<ProviderValues>>>)[field];
  if (named) return named;
  return /^(base_url|endpoint|api_key|name|headers)\b/.test(field)
    ? (field.replace(/\[(\d+)\]/g, ".$1") as FieldPath<ProviderValues>)
    : undefined;
}
