import { useState } from "react";
import { type PlainKey, useTexts } from "@/i18n";
import type { ControlProps } from "@/ui/field";
import { Input } from "@/ui/input";
import { Select } from "@/ui/select";
import { texts } from "./texts";

const DAY = 86_400_000;
const PRESETS = ["never", "7", "30", "90", "365", "custom"] as const;
type Preset = (typeof PRESETS)[number];
const NAMES: Record<Preset, PlainKey<typeof texts>> = {
  never: "neverExpires",
  "7": "in7",
  "30": "in30",
  "90": "in90",
  "365": "in365",
  custom: "customDate",
};

interface ExpiryFieldProps extends ControlProps {
  /** RFC 3339, or empty for never. */
  value: string;
  onChange: (at: string) => void;
}

/** When a key ends: usual spans of time, or any moment. */
export function ExpiryField({ value, onChange, ...control }: ExpiryFieldProps) {
  const t = useTexts(texts);
  const [preset, setPreset] = useState<Preset>(value ? "custom" : "never");

  function choose(next: Preset) {
    setPreset(next);
    if (next === "never") onChange("");
    else if (next !== "custom") onChange(new Date(Date.now() + Number(next) * DAY).toISOString());
    else if (!value) onChange(new Date(Date.now() + 30 * DAY).toISOString());
  }

  return (
    <div className="grid gap-2 sm:grid-cols-2">
      <Select
        {...control}
        value={preset}
        onChange={choose}
        options={PRESETS.map((one) => ({ value: one, label: t(NAMES[one]) }))}
      />
      {preset === "custom" ? (
        <Input
          type="datetime-local"
          aria-label={t("expiresAt")}
          aria-invalid={control["aria-invalid"]}
          value={toLocal(value)}
          onChange={(event) => {
            const at = new Date(event.target.value);
            if (!Number.isNaN(at.getTime())) onChange(at.toISOString());
          }}
        />
      ) : value ? (
        <p className="self-center text-muted">{new Date(value).toLocaleString()}</p>
      ) : null}
    </div>
  );
}

/** As the browser's field wants it: the wall clock here, to the minute. */
function toLocal(at: string): string {
  if (!at) return "";
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
