/** Where the time went: the gateway's own part, every attempt, and when the first token came. */
import { Duration, duration } from "@/format";
import { locale, useLanguage, useTexts } from "@/i18n";
import { cn } from "@/ui/cn";
import type { Call } from "../queries";
import { Section } from "./section";
import { texts } from "./texts";

interface Bar {
  name: string;
  /** In milliseconds since the call was accepted. */
  start: number;
  length: number;
  failed: boolean;
  /** Of this bar: waiting before it, answering after it. */
  firstToken?: number | undefined;
}

export function Timing({ call }: { call: Call }) {
  const t = useTexts(texts);
  const at = locale(useLanguage());
  // Where no provider was asked there is nothing to tell apart.
  if (call.attempts.length === 0) return null;
  const bars = barsOf(call, t("gateway"));
  const total = Math.max(call.duration_ms, ...bars.map((bar) => bar.start + bar.length), 0.001);
  const share = (ms: number) => `${Math.min(100, (ms / total) * 100)}%`;
  return (
    <Section
      title={t("timing")}
      aside={
        <>
          {t("total")} <Duration ms={call.duration_ms} />
        </>
      }
    >
      <ul className="grid gap-1.5">
        {bars.map((bar, index) => (
          <li
            key={index}
            title={t("barTitle", {
              name: bar.name,
              start: duration(bar.start, at),
              length: duration(bar.length, at),
            })}
            className="grid grid-cols-[7.5rem_minmax(0,1fr)_4.5rem] items-center gap-3"
          >
            <span className="truncate text-muted">{bar.name}</span>
            <span aria-hidden="true" className="relative h-3 rounded-sm bg-sunken">
              <span
                className={cn("absolute inset-y-0 min-w-0.5 overflow-hidden rounded-sm", colourOf(bar, index))}
                style={{ left: share(bar.start), width: share(bar.length) }}
              >
                {bar.firstToken === undefined ? null : (
                  <span
                    className="absolute inset-y-0 right-0 bg-chart-1"
                    style={{ left: `${(bar.firstToken / Math.max(bar.length, 0.001)) * 100}%` }}
                  />
                )}
              </span>
            </span>
            <span className="figures text-right">
              <Duration ms={bar.length} />
            </span>
          </li>
        ))}
      </ul>
      <p className="flex flex-wrap gap-x-4 gap-y-1 text-muted text-xs">
        <Key className="bg-chart-6" name={t("gatewayPart")} />
        <Key className="bg-chart-1/35" name={t("waitingPart")} />
        {call.ttft_ms == null ? null : <Key className="bg-chart-1" name={t("answeringPart")} />}
        {bars.some((bar) => bar.failed) ? <Key className="bg-bad" name={t("failedPart")} /> : null}
      </p>
    </Section>
  );
}

function Key({ className, name }: { className: string; name: string }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <span aria-hidden="true" className={cn("size-2 rounded-xs", className)} />
      {name}
    </span>
  );
}

function colourOf(bar: Bar, index: number): string {
  if (index === 0) return "bg-chart-6";
  return bar.failed ? "bg-bad" : "bg-chart-1/35";
}

function barsOf(call: Call, gateway: string): Bar[] {
  const last = call.attempts.length - 1;
  return [
    { name: gateway, start: 0, length: call.gateway_us / 1000, failed: false },
    ...call.attempts.map((attempt, index): Bar => {
      const first = call.ttft_ms == null || index !== last ? undefined : call.ttft_ms - attempt.start_ms;
      return {
        name: call.attempts.length > 1 ? `${index + 1} · ${attempt.provider}` : attempt.provider,
        start: attempt.start_ms,
        length: attempt.duration_ms,
        failed: attempt.error_class !== "" && attempt.error_class !== "client_left" && first === undefined,
        firstToken: first === undefined ? undefined : Math.max(0, Math.min(first, attempt.duration_ms)),
      };
    }),
  ];
}
