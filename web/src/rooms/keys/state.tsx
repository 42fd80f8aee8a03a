/** What state a key is in, in words and with what is left of its time. */
import { useEffect, useState } from "react";
import { duration } from "@/format";
import { locale, type PlainKey, useLanguage, useTexts } from "@/i18n";
import { Status, type Tone } from "@/ui/badge";
import type { Key, KeyState as Name } from "./queries";
import { texts } from "./texts";

export const STATES: Readonly<Record<Name, { name: PlainKey<typeof texts>; tone: Tone }>> = {
  active: { name: "active", tone: "good" },
  grace: { name: "inGrace", tone: "warn" },
  disabled: { name: "disabled", tone: "neutral" },
  expired: { name: "expired", tone: "bad" },
  revoked: { name: "revoked", tone: "bad" },
  replaced: { name: "replaced", tone: "neutral" },
};

export function KeyState({ value }: { value: Key }) {
  const t = useTexts(texts);
  const state = STATES[value.state as Name];
  // A server of another version may know more.
  if (!state) return value.state;
  return (
    <Status tone={state.tone} title={value.reason ?? undefined}>
      <span>
        {t(state.name)}
        {value.state === "grace" && value.grace_period_ends_at ? (
          <>
            {" · "}
            <Countdown to={value.grace_period_ends_at} />
          </>
        ) : null}
      </span>
    </Status>
  );
}

/** How long until then, every second anew. */
export function Countdown({ to }: { to: string }) {
  const t = useTexts(texts);
  const at = locale(useLanguage());
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const left = new Date(to).getTime() - now;
  return (
    <span className="figures" title={new Date(to).toLocaleString(at)}>
      {left > 0 ? duration(Math.ceil(left / 1000) * 1000, at) : t("over")}
    </span>
  );
}

/** Neither revoked nor replaced for good: something can still be done with it. */
export function isEnded(key: Key): boolean {
  return key.state === "revoked" || key.state === "replaced";
}
