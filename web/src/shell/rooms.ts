/** The rooms as navigation and palette show them. The route table is in routes.tsx. */
import type { LinkProps } from "@tanstack/react-router";
import {
  BookOpenText,
  Boxes,
  Braces,
  ChartNoAxesCombined,
  Gauge,
  KeyRound,
  type LucideIcon,
  Plug,
  ScrollText,
  SlidersHorizontal,
  Users,
} from "lucide-react";
import type { PlainKey } from "@/i18n";
import type { Action } from "./access";
import type { texts } from "./texts";

type Name = PlainKey<typeof texts>;

export interface Room {
  to: NonNullable<LinkProps["to"]>;
  name: Name;
  icon: LucideIcon;
  /** Shown to whoever may do one of these; to everybody when absent. */
  needs?: readonly Action[];
}

export interface RoomGroup {
  name: Name;
  rooms: readonly Room[];
}

export const GROUPS: readonly RoomGroup[] = [
  {
    name: "observe",
    rooms: [
      { to: "/", name: "dashboard", icon: ChartNoAxesCombined },
      { to: "/logs", name: "logs", icon: ScrollText, needs: ["logs:read_own", "logs:read_all"] },
    ],
  },
  {
    name: "serve",
    rooms: [
      { to: "/providers", name: "providers", icon: Plug, needs: ["providers:read"] },
      { to: "/models", name: "models", icon: Boxes, needs: ["models:read"] },
      { to: "/keys", name: "keys", icon: KeyRound, needs: ["keys:read_own", "keys:read_any"] },
    ],
  },
  {
    name: "people",
    rooms: [
      { to: "/users", name: "users", icon: Users, needs: ["users:read"] },
      { to: "/limits", name: "limits", icon: Gauge, needs: ["limits:read"] },
    ],
  },
  {
    name: "installation",
    rooms: [{ to: "/settings", name: "settings", icon: SlidersHorizontal, needs: ["settings:read"] }],
  },
  {
    name: "help",
    rooms: [
      { to: "/gateway/guide", name: "guide", icon: BookOpenText },
      { to: "/api-docs", name: "apiDocs", icon: Braces },
    ],
  },
];

export function roomAt(pathname: string): Room | undefined {
  return GROUPS.flatMap(({ rooms }) => rooms).find(({ to }) => to === pathname);
}
