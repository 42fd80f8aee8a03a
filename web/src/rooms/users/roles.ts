import type { PlainKey } from "@/i18n";
import type { texts } from "./texts";

export const ROLES = [
  "super_admin",
  "admin",
  "operator",
  "team_manager",
  "developer",
  "viewer",
  "auditor",
  "service",
] as const;
export type Role = (typeof ROLES)[number];

/** The texts that name a role and say what it may do. */
export const ROLE_TEXTS: Record<Role, { name: PlainKey<typeof texts>; may: PlainKey<typeof texts> }> = {
  super_admin: { name: "superAdmin", may: "superAdminMay" },
  admin: { name: "admin", may: "adminMay" },
  operator: { name: "operator", may: "operatorMay" },
  team_manager: { name: "teamManager", may: "teamManagerMay" },
  developer: { name: "developer", may: "developerMay" },
  viewer: { name: "viewer", may: "viewerMay" },
  auditor: { name: "auditor", may: "auditorMay" },
  service: { name: "service", may: "serviceMay" },
};

export function isRole(role: string): role is Role {
  return (ROLES as readonly string[]).includes(role);
}
