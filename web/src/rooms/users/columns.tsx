import { Bot } from "lucide-react";
import { useMemo } from "react";
import { Time } from "@/format";
import { useTexts } from "@/i18n";
import type { Column } from "@/list";
import { Badge, Status } from "@/ui/badge";
import type { User } from "./queries";
import { isRole, ROLE_TEXTS } from "./roles";
import { texts } from "./texts";

export const nameOf = (user: User) => user.display_name || user.email;

export function useUserColumns(myId: string): readonly Column<User>[] {
  const t = useTexts(texts);
  return useMemo(() => {
    const roleName = (role: string) => (isRole(role) ? t(ROLE_TEXTS[role].name) : role);
    return [
      {
        id: "name",
        header: t("displayName"),
        value: nameOf,
        cell: (user) => (
          <span className="flex min-w-0 items-center gap-2">
            <span className="truncate font-medium">{nameOf(user)}</span>
            {user.id === myId ? <Badge tone="accent">{t("you")}</Badge> : null}
            {user.service_account ? <Bot aria-label={t("machine")} className="size-4 shrink-0 text-muted" /> : null}
          </span>
        ),
      },
      { id: "email", header: t("email"), value: (user) => user.email, width: 240, cell: (user) => user.email },
      {
        id: "roles",
        header: t("roles"),
        value: (user) => user.roles.map(roleName).join(", "),
        cell: (user) => (
          <span className="flex gap-1">
            {user.roles.map((role) => (
              <Badge key={role}>{roleName(role)}</Badge>
            ))}
          </span>
        ),
      },
      {
        id: "state",
        header: t("state"),
        width: 120,
        value: (user) => (user.active ? t("active") : t("inactive")),
        cell: (user) => (
          <Status tone={user.active ? "good" : "neutral"}>{user.active ? t("active") : t("inactive")}</Status>
        ),
      },
      {
        id: "created_at",
        header: t("createdAt"),
        width: 130,
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
