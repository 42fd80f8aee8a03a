import { Clock } from "lucide-react";
import { useMemo } from "react";
import { Money, Time } from "@/format";
import { type PlainKey, useTexts } from "@/i18n";
import type { Column } from "@/list";
import { Badge } from "@/ui/badge";
import { cn } from "@/ui/cn";
import { ModelsAllowed } from "./models-allowed";
import type { Key } from "./queries";
import { isEnded, KeyState } from "./state";
import { texts } from "./texts";

export const SURFACES: Readonly<Record<string, { name: PlainKey<typeof texts>; hint: PlainKey<typeof texts> }>> = {
  ai_gateway: { name: "aiGateway", hint: "aiGatewayHint" },
  mcp_gateway: { name: "mcpGateway", hint: "mcpGatewayHint" },
  console: { name: "consoleApi", hint: "consoleApiHint" },
};

interface Shown {
  myId: string;
  /** Keys of others are in the list. */
  others: boolean;
  /** By lineage; undefined while it is asked for or when it may not be known. */
  costs: ReadonlyMap<string, string> | undefined;
}

export function useKeyColumns({ myId, others, costs }: Shown): readonly Column<Key>[] {
  const t = useTexts(texts);
  return useMemo(() => {
    const columns: Column<Key>[] = [
      {
        id: "name",
        header: t("name"),
        serverSort: true,
        value: (key) => key.name,
        cell: (key) => (
          <span className={cn("truncate font-medium", isEnded(key) && "text-muted line-through")} title={key.name}>
            {key.name}
          </span>
        ),
      },
      {
        id: "state",
        header: t("state"),
        width: 160,
        value: (key) => key.state,
        cell: (key) => <KeyState value={key} />,
      },
      {
        id: "prefix",
        header: t("secret"),
        width: 100,
        value: (key) => key.key_prefix,
        cell: (key) => <code className="text-muted">{key.key_prefix}</code>,
      },
      {
        id: "owner",
        header: t("owner"),
        width: 180,
        hidden: !others,
        value: (key) => key.user_email,
        cell: (key) => (
          <span className="flex min-w-0 items-center gap-2">
            <span className="truncate" title={key.user_email ?? undefined}>
              {key.user_email}
            </span>
            {key.user_id === myId ? <Badge tone="accent">{t("you")}</Badge> : null}
          </span>
        ),
      },
      {
        id: "models",
        header: t("models"),
        width: 165,
        value: (key) => key.allowed_models?.join(" ") ?? "",
        cell: (key) => (
          <span className="block h-5 overflow-hidden">
            <ModelsAllowed value={key} most={1} />
          </span>
        ),
      },
      {
        id: "last_used_at",
        header: t("lastUsed"),
        width: 105,
        serverSort: true,
        value: (key) => key.last_used_at,
        cell: (key) =>
          key.last_used_at ? <Time at={key.last_used_at} /> : <span className="text-muted">{t("never")}</span>,
      },
      {
        id: "expires_at",
        header: t("expires"),
        width: 115,
        serverSort: true,
        value: endOf,
        cell: (key) => <Expires value={key} />,
      },
      {
        id: "cost",
        header: t("cost"),
        width: 110,
        align: "end",
        value: (key) => Number(costs?.get(key.lineage_id) ?? 0),
        cell: (key) => <Money value={costs ? (costs.get(key.lineage_id) ?? "0") : undefined} />,
      },
      {
        id: "surfaces",
        header: t("surfaces"),
        width: 200,
        hidden: true,
        value: (key) => key.surfaces.join(" "),
        cell: (key) =>
          key.surfaces.map((surface) => (SURFACES[surface] ? t(SURFACES[surface].name) : surface)).join(", "),
      },
      {
        id: "cost_center",
        header: t("costCenter"),
        width: 140,
        hidden: true,
        value: (key) => key.cost_center,
        cell: (key) => key.cost_center ?? <span className="text-muted">–</span>,
      },
      {
        id: "tags",
        header: t("tags"),
        width: 200,
        hidden: true,
        value: (key) => JSON.stringify(key.tags),
        cell: (key) => <Tags value={key.tags} />,
      },
      {
        id: "created_at",
        header: t("createdAt"),
        width: 120,
        hidden: true,
        serverSort: true,
        value: (key) => key.created_at,
        cell: (key) => <Time at={key.created_at} />,
      },
    ];
    return others ? columns : columns.filter(({ id }) => id !== "owner");
  }, [t, myId, others, costs]);
}

/** From when on it is refused: an old secret with its grace, however long the key was meant to live. */
function endOf({ state, expires_at, grace_period_ends_at }: Key): string | undefined {
  const ends = [expires_at, state === "grace" ? grace_period_ends_at : undefined].filter((end) => end != null);
  return ends.sort()[0];
}

/** When the key will be refused, and whether that is soon enough to act. */
export function Expires({ value }: { value: Key }) {
  const t = useTexts(texts);
  const end = endOf(value);
  if (!end) return <span className="text-muted">{t("never")}</span>;
  return (
    <span
      className={cn(
        "inline-flex items-center gap-1.5 align-middle",
        value.expiring_soon && "font-medium text-warn-text",
      )}
    >
      {value.expiring_soon ? <Clock aria-label={t("expiringSoon")} className="size-3.5 shrink-0" /> : null}
      <Time at={end} />
    </span>
  );
}

export function Tags({ value }: { value: Readonly<Record<string, string>> }) {
  const pairs = Object.entries(value);
  if (pairs.length === 0) return <span className="text-muted">–</span>;
  return (
    <span className="flex flex-wrap gap-1">
      {pairs.map(([name, text]) => (
        <Badge key={name} className="max-w-full">
          <span className="truncate">
            {name}={text}
          </span>
        </Badge>
      ))}
    </span>
  );
}
