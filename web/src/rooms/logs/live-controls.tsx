import { Pause, Play, Radio } from "lucide-react";
import type { LiveState } from "@/api";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { cn } from "@/ui/cn";
import { Tooltip } from "@/ui/tooltip";
import type { Tail } from "./tail";
import { texts } from "./texts";

interface Props {
  on: boolean;
  onChange: (on: boolean) => void;
  /** Why not now. */
  blocked: string | undefined;
  tail: Tail;
  link: LiveState;
  refusal: string | undefined;
  paused: boolean;
}

/** The switch of the live tail, what its connection is doing, and the pause. */
export function LiveControls({ on, onChange, blocked, tail, link, refusal, paused }: Props) {
  const t = useTexts(texts);
  const says = !on
    ? t("live")
    : link === "refused"
      ? t("liveRefused")
      : link === "open"
        ? paused
          ? t("livePaused")
          : t("live")
        : t("liveConnecting");
  if (blocked) {
    return (
      <Button blocked={blocked}>
        <Radio aria-hidden="true" className="text-muted" />
        {t("live")}
      </Button>
    );
  }
  return (
    <div className="flex items-center gap-1">
      <Tooltip text={on ? (refusal ?? t("liveOff")) : t("liveHere")}>
        <Button
          aria-pressed={on}
          onClick={() => onChange(!on)}
          className={cn(on && "border-accent bg-accent-soft text-accent-text")}
        >
          {on ? <Dot link={link} paused={paused} /> : <Radio aria-hidden="true" className="text-muted" />}
          <span aria-live="polite">{says}</span>
        </Button>
      </Tooltip>
      {on ? (
        <Tooltip text={paused ? t("resume") : t("pause")}>
          <Button
            look="quiet"
            size="icon"
            aria-label={paused ? t("resume") : t("pause")}
            onClick={() => tail.setPaused(!paused)}
          >
            {paused ? <Play /> : <Pause />}
          </Button>
        </Tooltip>
      ) : null}
    </div>
  );
}

function Dot({ link, paused }: { link: LiveState; paused: boolean }) {
  const running = link === "open" && !paused;
  return (
    <span aria-hidden="true" className="relative grid size-4 place-items-center">
      {running ? <span className="absolute size-3 animate-ping rounded-full bg-accent opacity-40" /> : null}
      <span
        className={cn("size-2 rounded-full", running ? "bg-accent" : link === "refused" ? "bg-bad" : "bg-control")}
      />
    </span>
  );
}
