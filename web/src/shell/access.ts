/**
 * What the person at the page may do. The server decides every call by itself; this only spares people buttons that
 * would be refused.
 */
import { useSuspenseQuery } from "@tanstack/react-query";
import { type Me, meQuery } from "@/api";
import { useTexts } from "@/i18n";
import { texts } from "./texts";

const ADMIN = [
  "keys:create_any",
  "keys:read_any",
  "keys:update_any",
  "keys:rotate_any",
  "keys:revoke_any",
  "users:read",
  "users:create",
  "users:update",
  "users:delete",
  "limits:write",
  "settings:read",
] as const;
const OPERATE = [
  "providers:read",
  "providers:write",
  "providers:test",
  "models:read",
  "models:write",
  "prices:read",
  "prices:write",
  "health:read",
] as const;
const OWN_KEYS = ["keys:create_own", "keys:read_own", "keys:update_own", "keys:rotate_own", "keys:revoke_own"] as const;
const OWN_RECORDS = ["analytics:read_own", "logs:read_own", "account:own"] as const;
const ALL_RECORDS = ["analytics:read_all", "logs:read_all"] as const;

export type Action =
  | (typeof ADMIN | typeof OPERATE | typeof OWN_KEYS | typeof OWN_RECORDS | typeof ALL_RECORDS)[number]
  | "models:use"
  | "audit:read"
  | "limits:read"
  | "settings:write";

const DEVELOPER: readonly Action[] = ["models:use", ...OWN_KEYS, ...OWN_RECORDS];
const OPERATOR: readonly Action[] = [...DEVELOPER, ...OPERATE, ...ALL_RECORDS, "limits:read"];
const ADMINISTRATOR: readonly Action[] = [...OPERATOR, ...ADMIN, "audit:read"];

/** What the built-in roles hold: to say which of them one may give to others. One's own actions come from the server. */
const ROLES: Readonly<Record<string, readonly Action[]>> = {
  super_admin: [...ADMINISTRATOR, "settings:write"],
  admin: ADMINISTRATOR,
  operator: OPERATOR,
  team_manager: DEVELOPER,
  developer: DEVELOPER,
  viewer: ["models:use", ...OWN_RECORDS, "analytics:read_all"],
  auditor: [...OWN_RECORDS, ...ALL_RECORDS, "limits:read", "audit:read"],
  service: ["models:use"],
};

export function actionsOf(me: Me): ReadonlySet<string> {
  return new Set(me.actions);
}

/** Whether there is anything in a room for this person. */
export function mayEnter({ needs }: { needs?: readonly Action[] }, me: Me): boolean {
  const allowed = actionsOf(me);
  return !needs || needs.some((action) => allowed.has(action));
}

/** What roles allow together. */
export function actionsOfRoles(roles: readonly string[]): ReadonlySet<string> {
  return new Set(roles.flatMap((role) => ROLES[role] ?? []));
}

export function useMe(): Me {
  return useSuspenseQuery(meQuery).data;
}

/** Whether any of these is allowed. */
export function useMay(...actions: readonly Action[]): boolean {
  const allowed = actionsOf(useMe());
  return actions.some((action) => allowed.has(action));
}

/** For `blocked` of buttons and menu items: why not, or undefined when allowed. */
export function useBlocked(...actions: readonly Action[]): string | undefined {
  const t = useTexts(texts);
  return useMay(...actions) ? undefined : t("notAllowed");
}
