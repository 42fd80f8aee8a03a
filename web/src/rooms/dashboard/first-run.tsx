import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Check } from "lucide-react";
import type { LiveCalls } from "@/api";
import { useTexts } from "@/i18n";
import type { Search } from "@/search";
import { useMay } from "@/shell/access";
import { Page as Frame } from "@/shell/page";
import { buttonStyle } from "@/ui/button";
import { Card } from "@/ui/card";
import { cn } from "@/ui/cn";
import { Skeleton } from "@/ui/skeleton";
import { LiveState } from "./live-state";
import { anyKeyQuery, healthQuery } from "./queries";
import { texts } from "./texts";

interface Step {
  id: string;
  title: string;
  text: string;
  /** Undefined while it is being found out. */
  done: boolean | undefined;
  act: string;
  to: "/providers" | "/keys" | "/gateway/guide";
  search?: Search;
}

/** Before the first call: what to do, in order, with what is done ticked. Gives way to the dashboard by itself. */
export function FirstRun({ state }: { state: LiveCalls["state"] }) {
  const t = useTexts(texts);
  const operates = useMay("health:read");
  const keys = useMay("keys:read_own", "keys:read_any");
  const health = useQuery({ ...healthQuery, enabled: operates });
  const anyKey = useQuery({ ...anyKeyQuery, enabled: keys });

  const steps: readonly Step[] = [
    ...(operates
      ? [
          {
            id: "provider",
            title: t("stepProvider"),
            text: t("stepProviderText"),
            done: health.data && health.data.providers > 0,
            act: t("addProvider"),
            to: "/providers" as const,
            search: { open: "new" },
          },
        ]
      : []),
    ...(keys
      ? [
          {
            id: "key",
            title: t("stepKey"),
            text: t("stepKeyText"),
            done: anyKey.data,
            act: t("createKey"),
            to: "/keys" as const,
            search: { open: "new" },
          },
        ]
      : []),
    {
      id: "call",
      title: t("stepCall"),
      text: t("stepCallText"),
      done: false,
      act: t("openGuide"),
      to: "/gateway/guide",
    },
  ];
  const next = steps.find(({ done }) => !done)?.id;

  return (
    <Frame title={t("firstTitle")} text={t("firstText")} wide={false}>
      <Card>
        <ol aria-label={t("firstTitle")}>
          {steps.map((step, at) => (
            <li key={step.id} className="flex items-start gap-4 border-b p-4 last:border-b-0 sm:p-5">
              <Mark step={step} at={at + 1} current={step.id === next} />
              <div className="grid min-w-0 flex-1 gap-3 sm:flex sm:items-center sm:justify-between sm:gap-6">
                <div className="grid gap-0.5">
                  <h2 className={cn("font-semibold text-base", step.done && "text-muted line-through")}>
                    {step.title}
                    {step.done ? <span className="sr-only"> {t("done")}</span> : null}
                  </h2>
                  <p className="text-muted">{step.text}</p>
                  {step.id === "call" ? (
                    <p className="mt-1.5">
                      {state === "open" ? (
                        <span role="status" className="inline-flex items-center gap-2 text-accent-text">
                          <span aria-hidden="true" className="relative grid size-3 place-items-center">
                            <span className="absolute size-3 animate-ping rounded-full bg-accent opacity-40" />
                            <span className="size-2 rounded-full bg-accent" />
                          </span>
                          {t("listening")}
                        </span>
                      ) : (
                        <LiveState state={state} />
                      )}
                    </p>
                  ) : null}
                </div>
                {step.done === undefined ? (
                  <Skeleton className="h-8 w-28" />
                ) : step.done ? null : (
                  <Link
                    to={step.to}
                    search={step.search ?? {}}
                    className={buttonStyle({ look: step.id === next ? "primary" : "plain" })}
                  >
                    {step.act}
                  </Link>
                )}
              </div>
            </li>
          ))}
        </ol>
      </Card>
    </Frame>
  );
}

function Mark({ step, at, current }: { step: Step; at: number; current: boolean }) {
  return (
    <span
      aria-hidden="true"
      className={cn(
        "figures grid size-7 shrink-0 place-items-center rounded-full border font-semibold text-xs",
        step.done
          ? "border-transparent bg-good-soft text-good-text"
          : current
            ? "border-accent bg-accent-soft text-accent-text"
            : "text-muted",
      )}
    >
      {step.done ? <Check className="size-4" /> : at}
    </span>
  );
}
