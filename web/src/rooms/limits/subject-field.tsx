import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { useTexts } from "@/i18n";
import type { ControlProps } from "@/ui/field";
import { Suggest } from "@/ui/suggest";
import { subjectsQuery } from "./queries";
import { texts } from "./texts";

interface SubjectFieldProps extends ControlProps {
  kind: string;
  /** An id; empty while none is chosen. */
  value: string;
  onChange: (id: string) => void;
  onBlur: () => void;
}

/** Which user, key, provider, model or route. */
export function SubjectField({ kind, value, onChange, onBlur, ...control }: SubjectFieldProps) {
  const t = useTexts(texts);
  const [text, setText] = useState(value);
  const { data: known } = useQuery(subjectsQuery(kind, useDeferredValue(text.trim())));
  const inBrowser = kind === "provider" || kind === "model" || kind === "route";
  return (
    <Suggest
      {...control}
      text={text}
      onText={(next) => {
        setText(next);
        // Typed to the end it counts as chosen. A model may be one that only a default prefix serves.
        const found = known?.find(({ name }) => name === next)?.id;
        onChange(found ?? (kind === "model" ? next.trim() : ""));
      }}
      onPick={(name) => {
        setText(name);
        onChange(known?.find((one) => one.name === name)?.id ?? "");
      }}
      onBlur={onBlur}
      narrow={inBrowser}
      suggestions={(known ?? []).map(({ name }) => ({ value: name }))}
      placeholder={t("typeToFind")}
    />
  );
}
