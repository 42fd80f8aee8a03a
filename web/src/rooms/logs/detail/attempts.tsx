/** Every try at an upstream, in order, and the routes that were left out. */
import { CircleCheck, CircleX } from "lucide-react";
import { Duration, Money } from "@/format";
import { useTexts } from "@/i18n";
import { CopyText } from "@/ui/copy";
import type { Call } from "../queries";
import { Section } from "./section";
import { excluded, reasonOf } from "./sentence";
import { texts } from "./texts";

export function Attempts({ call }: { call: Call }) {
  const t = useTexts(texts);
  if (call.attempts.length === 0 && call.plan_excluded.length === 0) return null;
  return (
    <Section
      title={t("attempts")}
      aside={call.attempts.length > 0 ? t("attemptsCount", { n: call.attempts.length }) : null}
    >
      <ol className="grid gap-2 empty:hidden">
        {call.attempts.map((attempt, index) => {
          const failed = attempt.error_class !== "";
          return (
            <li key={index} className="grid gap-1 rounded-lg border px-3 py-2">
              <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
                {failed ? (
                  <CircleX aria-hidden="true" className="size-4 shrink-0 text-bad-text" />
                ) : (
                  <CircleCheck aria-hidden="true" className="size-4 shrink-0 text-good-text" />
                )}
                <span className="min-w-0 truncate font-medium">{attempt.provider}</span>
                <code className="min-w-0 truncate text-muted">{attempt.upstream_model}</code>
                <span className="figures ml-auto flex items-center gap-3 text-muted">
                  <span>{attempt.status_code || t("noStatus")}</span>
                  <span title={t("startedAfter")}>
                    +<Duration ms={attempt.start_ms} />
                  </span>
                  <Duration ms={attempt.duration_ms} />
                  {Number(attempt.cost_usd) > 0 ? <Money value={attempt.cost_usd} /> : null}
                </span>
              </div>
              {failed ? (
                <p className="text-bad-text first-letter:uppercase">
                  {reasonOf(t, attempt.error_class)} <code className="text-muted">{attempt.error_class}</code>
                </p>
              ) : null}
              {attempt.upstream_request_id ? (
                <div className="flex min-w-0 items-center gap-2 text-muted text-xs">
                  <span className="shrink-0">{t("upstreamRequestId")}</span>
                  <CopyText text={attempt.upstream_request_id} />
                </div>
              ) : null}
            </li>
          );
        })}
      </ol>
      {call.plan_excluded.length > 0 ? (
        <div className="grid gap-1">
          <h4 className="font-medium text-muted text-xs">{t("leftOut")}</h4>
          <ul className="grid gap-1">
            {call.plan_excluded.map((entry) => {
              const { route, reason } = excluded(t, entry);
              return (
                <li key={entry} className="flex min-w-0 flex-wrap items-center gap-x-2">
                  <CopyText text={route} />
                  <span className="text-muted">{reason}</span>
                </li>
              );
            })}
          </ul>
        </div>
      ) : null}
    </Section>
  );
}
