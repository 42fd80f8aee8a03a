import type { Me } from "@/api";
import { useTexts } from "@/i18n";
import { actionsOf, actionsOfRoles } from "@/shell/access";
import { Choice } from "@/ui/checkbox";
import { ROLE_TEXTS, ROLES, type Role } from "./roles";
import { texts } from "./texts";

/** The roles with what they may do. Nobody can give more than they hold, so the others are off and say why. */
export function RoleChoices({
  id,
  value,
  onChange,
  me,
  machine,
}: {
  id: string;
  value: readonly string[];
  onChange: (roles: string[]) => void;
  me: Me;
  machine: boolean;
}) {
  const t = useTexts(texts);
  const mine = actionsOf(me);
  const holds = (role: Role) => [...actionsOfRoles([role])].every((action) => mine.has(action));
  // The server gives that one to machines only.
  const offered = ROLES.filter((role) => machine || role !== "service");
  return (
    <fieldset id={id} className="grid gap-2.5 rounded-lg border p-3">
      <legend className="sr-only">{t("roles")}</legend>
      {offered.map((role) => (
        <Choice
          key={role}
          checked={value.includes(role)}
          disabled={!holds(role)}
          onCheckedChange={(on) => onChange(on ? [...value, role] : value.filter((other) => other !== role))}
          label={t(ROLE_TEXTS[role].name)}
          hint={holds(role) ? t(ROLE_TEXTS[role].may) : t("tooMuch")}
        />
      ))}
    </fieldset>
  );
}
