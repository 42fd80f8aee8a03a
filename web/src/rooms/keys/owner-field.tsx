import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { useTexts } from "@/i18n";
import type { ControlProps } from "@/ui/field";
import { Suggest } from "@/ui/suggest";
import { ownersQuery } from "./queries";
import { texts } from "./texts";

interface OwnerFieldProps extends ControlProps {
  /** The id of a user; empty for oneself. */
  value: string;
  onChange: (id: string) => void;
  onBlur: () => void;
  me: { id: string; email: string };
}

/** Whose key it is. */
export function OwnerField({ value, onChange, onBlur, me, ...control }: OwnerFieldProps) {
  const t = useTexts(texts);
  const [text, setText] = useState(value ? "" : me.email);
  const asked = useDeferredValue(text === me.email ? "" : text.trim());
  const { data: users } = useQuery(ownersQuery(asked));

  return (
    <Suggest
      {...control}
      text={text}
      onText={(next) => {
        setText(next);
        // Typed to the end it counts as chosen; anything else is nobody yet, which the server would take for oneself.
        onChange(next === me.email ? "" : (users?.find(({ email }) => email === next)?.id ?? UNKNOWN_OWNER));
      }}
      onPick={(id) => {
        setText(users?.find((user) => user.id === id)?.email ?? "");
        onChange(id === me.id ? "" : id);
      }}
      onBlur={onBlur}
      narrow={false}
      suggestions={(users ?? []).map((user) => ({
        value: user.id,
        label: user.email,
        hint: user.service_account ? t("machine") : user.display_name,
      }))}
      placeholder={t("ownerPlaceholder")}
    />
  );
}

/** Typed, but nobody's address. */
export const UNKNOWN_OWNER = "?";
