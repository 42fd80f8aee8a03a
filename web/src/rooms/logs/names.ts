/** Ids are what the log holds and the server filters by; people read names. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { exactMoney, exactNumber } from "@/format";
import { locale, useLanguage, useTexts } from "@/i18n";
import { useMay } from "@/shell/access";
import type { Field } from "./fields";
import type { Filters, Param } from "./place";
import { type Call, keysQuery } from "./queries";
import { texts } from "./texts";

export type Names = Partial<Record<Param, ReadonlyMap<string, string>>>;

const NO_NAMES: ReadonlyMap<string, string> = new Map();

/** Names of keys (from the keys that may be seen) and of users (from the calls, which hold the address of then). */
export function useNames(rows: readonly Call[]): Names {
  const mayKeys = useMay("keys:read_own", "keys:read_any");
  const keys = useQuery({ ...keysQuery, enabled: mayKeys, staleTime: 60_000 });
  const list = keys.data?.rows;
  const byKey = useMemo(() => (list ? new Map(list.map((key) => [key.id, key.name])) : NO_NAMES), [list]);
  const byLineage = useMemo(() => (list ? new Map(list.map((key) => [key.lineage_id, key.name])) : NO_NAMES), [list]);
  const byUser = useMemo(() => new Map(rows.map((call) => [call.user_id, call.user_email])), [rows]);
  return useMemo(() => ({ key_id: byKey, key_lineage_id: byLineage, user_id: byUser }), [byKey, byLineage, byUser]);
}

/** Says the value of a filter as a person would. */
export function useSay(names: Names) {
  const t = useTexts(texts);
  const at = locale(useLanguage());
  return (field: Field, filters: Filters): string => {
    if (field.kind === "choice") {
      const name = field.options.find(({ value }) => value === filters[field.param])?.name;
      return name ? t(name) : (filters[field.param] ?? "");
    }
    if (field.kind === "value") {
      const value = filters[field.param] ?? "";
      return names[field.param]?.get(value) ?? value;
    }
    const number = (text: string) => {
      if (field.unit === "USD") return exactMoney(text, at);
      const value = Number(text);
      return `${Number.isFinite(value) ? exactNumber(value, at) : text}${field.unit ? ` ${field.unit}` : ""}`;
    };
    const [least, most] = [filters[field.min], filters[field.max]];
    if (least !== undefined && most !== undefined) return `${number(least)} – ${number(most)}`;
    return least !== undefined ? `≥ ${number(least)}` : `≤ ${number(most ?? "")}`;
  };
}
