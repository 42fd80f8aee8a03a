/** Tokens by class, as shares of the whole, and what they cost. */
import { Money, Percent, Tokens as Value } from "@/format";
import { useTexts } from "@/i18n";
import { cn } from "@/ui/cn";
import { CopyText } from "@/ui/copy";
import { Note } from "@/ui/note";
import { isUnpriced, tokensOf } from "../outcome";
import type { Call } from "../queries";
import { Section } from "./section";
import { texts } from "./texts";

const CLASSES = [
  { key: "input_tokens", name: "input", colour: "bg-chart-1" },
  { key: "cache_read_tokens", name: "cacheRead", colour: "bg-chart-2" },
  { key: "cache_write_5m_tokens", name: "cacheWrite5m", colour: "bg-chart-5" },
  { key: "cache_write_1h_tokens", name: "cacheWrite1h", colour: "bg-chart-6" },
  { key: "output_tokens", name: "output", colour: "bg-chart-3" },
] as const;

/** Parts of the classes above, and what is no token. */
const PARTS = [
  { key: "reasoning_tokens", name: "reasoning" },
  { key: "audio_input_tokens", name: "audioInput" },
  { key: "audio_output_tokens", name: "audioOutput" },
  { key: "image_units", name: "images" },
] as const;

export function TokensAndCost({ call }: { call: Call }) {
  const t = useTexts(texts);
  const total = tokensOf(call);
  const used = CLASSES.filter(({ key }) => call[key] > 0);
  const parts = PARTS.filter(({ key }) => call[key] > 0);
  return (
    <Section title={t("tokensAndCost")} aside={total > 0 ? <Value value={total} /> : null}>
      {call.usage_estimated ? (
        <Note tone="warn" title={t("estimated")}>
          {t("estimatedWhy")}
        </Note>
      ) : null}
      {isUnpriced(call) ? (
        <Note tone="warn" title={t("unpriced")}>
          {t("unpricedWhy", { model: call.upstream_model || call.model })}
        </Note>
      ) : null}
      {total === 0 ? <p className="text-muted">{t("noTokens")}</p> : null}
      {call.cache_hit ? (
        <div className="flex items-baseline justify-between gap-3 text-muted">
          <span>{t("saved")}</span>
          <span>
            <Value value={call.saved_tokens} />
            {" · "}
            <Money value={call.saved_cost_usd} />
          </span>
        </div>
      ) : null}
      {total > 0 ? (
        <>
          <div aria-hidden="true" className="flex h-2.5 gap-px overflow-hidden rounded-sm">
            {used.map(({ key, colour }) => (
              <span key={key} className={cn("min-w-0.5", colour)} style={{ flexGrow: call[key] }} />
            ))}
          </div>
          <table className="w-full">
            <thead className="sr-only">
              <tr>
                <th scope="col">{t("tokenClass")}</th>
                <th scope="col">{t("tokens")}</th>
                <th scope="col">{t("share")}</th>
              </tr>
            </thead>
            <tbody>
              {used.map(({ key, name, colour }) => (
                <tr key={key}>
                  <th scope="row" className="py-0.5 text-left font-normal">
                    <span className="inline-flex items-center gap-2">
                      <span aria-hidden="true" className={cn("size-2 rounded-xs", colour)} />
                      {t(name)}
                    </span>
                  </th>
                  <td className="text-right">
                    <Value value={call[key]} />
                  </td>
                  <td className="w-16 text-right text-muted">
                    <Percent value={call[key] / total} />
                  </td>
                </tr>
              ))}
              {parts.map(({ key, name }) => (
                <tr key={key} className="text-muted">
                  <th scope="row" className="py-0.5 pl-4 text-left font-normal">
                    {t(name)}
                  </th>
                  <td className="text-right">
                    <Value value={call[key]} />
                  </td>
                  <td />
                </tr>
              ))}
            </tbody>
          </table>
        </>
      ) : null}
      <div className="flex items-baseline justify-between gap-3 border-t pt-2">
        <span className="font-medium">{t("cost")}</span>
        <span className="font-medium text-base">{isUnpriced(call) ? "–" : <Money value={call.cost_usd} />}</span>
      </div>
      {call.price_version ? (
        <div className="flex min-w-0 items-center justify-between gap-3 text-muted">
          <span className="shrink-0">{t("priceVersion")}</span>
          <CopyText text={call.price_version} />
        </div>
      ) : null}
    </Section>
  );
}
