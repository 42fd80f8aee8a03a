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

/** Names of the keys that may be seen, for calls that do not say one: those of the live feed. Stable while calls come. */
export function useKeyNames(): ReadonlyMap<string, string> {
  const list = useKeys();
  return useMemo(() => (list ? new Map(list.map((key) => [key.id, key.name])) : NO_NAMES), [list]);
}

/** Names of keys (from the keys that may be seen, and from the calls) and of users (the address of then). */
export function useNames(rows: readonly Call[]): Names {
  const list = useKeys();
  return useMemo(() => {
    const named = rows.flatMap(({ key_id, key_lineage_id, key_name }) =>
      key_name ? [{ id: key_id, lineage_id: key_lineage_id, name: key_name }] : [],
    );
    const keys = [...named, ...(list ?? [])];
    return {
      key_id: new Map(keys.map((key) => [key.id, key.name])),
      key_lineage_id: new Map(keys.map((key) => [key.lineage_id, key.name])),
      user_id: new Map(rows.map((call) => [call.user_id, call.user_email])),
    };
  }, [rows, list]);
}

function useKeys() {
  const mayKeys = useMay("keys:read_own", "keys:read_any");
  return useQuery({ ...keysQuery, enabled: mayKeys, staleTime: 60_000 }).data?.rows;
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
