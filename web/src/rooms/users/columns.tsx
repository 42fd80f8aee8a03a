import { Bot } from "lucide-react";
import { useMemo } from "react";
import { Time } from "@/format";
import { useTexts } from "@/i18n";
import type { Column } from "@/list";
import { Badge, Status } from "@/ui/badge";
import { cn } from "@/ui/cn";
import type { User } from "./queries";
import { isRole, ROLE_TEXTS } from "./roles";
import { texts } from "./texts";

export const nameOf = (user: User) => user.display_name || user.email;

/** More badges than these would be cut in the middle of a word. */
const MOST_ROLES = 2;

/** The ids of columns that the server sorts by are the names it knows them by. */
export function useUserColumns(myId: string): readonly Column<User>[] {
  const t = useTexts(texts);
  return useMemo(() => {
    const roleName = (role: string) => (isRole(role) ? t(ROLE_TEXTS[role].name) : role);
    return [
      {
        id: "display_name",
        header: t("displayName"),
        serverSort: true,
        value: nameOf,
        cell: (user) => (
          <span className="flex min-w-0 items-center gap-2">
            {user.service_account ? (
              <Bot role="img" aria-label={t("machine")} className="size-4 shrink-0 text-muted">
                <title>{t("machine")}</title>
              </Bot>
            ) : null}
            <span className={cn("truncate font-medium", !user.active && "text-muted")} title={nameOf(user)}>
              {nameOf(user)}
            </span>
            {user.id === myId ? <Badge tone="accent">{t("you")}</Badge> : null}
          </span>
        ),
      },
      {
        id: "email",
        header: t("email"),
        serverSort: true,
        value: (user) => user.email,
        cell: (user) => (
          <span className="text-muted" title={user.email}>
            {user.email}
          </span>
        ),
      },
      {
        id: "roles",
        header: t("roles"),
        width: 230,
        value: (user) => user.roles.map(roleName).join(", "),
        cell: ({ roles }) => (
          <span className="flex gap-1" title={roles.map(roleName).join(", ")}>
            {roles.slice(0, MOST_ROLES).map((role) => (
              <Badge key={role}>{roleName(role)}</Badge>
            ))}
            {roles.length > MOST_ROLES ? <Badge>+{roles.length - MOST_ROLES}</Badge> : null}
          </span>
        ),
      },
      {
        id: "state",
        header: t("state"),
        width: 120,
        whole: true,
        value: (user) => (user.active ? t("active") : t("inactive")),
        cell: (user) => (
          <Status tone={user.active ? "good" : "neutral"}>{user.active ? t("active") : t("inactive")}</Status>
        ),
      },
      {
        id: "created_at",
        header: t("createdAt"),
        width: 130,
        serverSort: true,
        value: (user) => user.created_at,
        cell: (user) => <Time at={user.created_at} />,
      },
      {
        id: "updated_at",
        header: t("updatedAt"),
        width: 130,
        hidden: true,
        value: (user) => user.updated_at,
        cell: (user) => <Time at={user.updated_at} />,
      },
    ];
  }, [t, myId]);
}
