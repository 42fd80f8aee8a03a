import { Link } from "@tanstack/react-router";
import { LogOut, UserRound } from "lucide-react";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Menu, MenuContent, MenuItem, MenuLabel, MenuLine, MenuTrigger } from "@/ui/menu";
import { useMe } from "./access";
import { useSignOut } from "./sign-in";
import { texts } from "./texts";

export function ProfileMenu() {
  const t = useTexts(texts);
  const me = useMe();
  const signOut = useSignOut();
  const name = me.display_name || me.email;

  return (
    <Menu modal={false}>
      <MenuTrigger asChild>
        <Button look="quiet" size="icon" aria-label={t("yourAccount")} className="ml-1">
          <span
            aria-hidden="true"
            className="grid size-7 place-items-center rounded-full bg-accent-soft font-semibold text-accent-text text-xs uppercase"
          >
            {[...name][0]}
          </span>
        </Button>
      </MenuTrigger>
      <MenuContent align="end" className="min-w-56 max-w-72">
        <MenuLabel>
          <span className="block truncate text-ink text-sm">{name}</span>
          <span className="block truncate font-normal">{me.email}</span>
        </MenuLabel>
        <MenuLine />
        <MenuItem asChild>
          <Link to="/profile">
            <UserRound />
            {t("profile")}
          </Link>
        </MenuItem>
        <MenuItem onSelect={signOut}>
          <LogOut />
          {t("signOut")}
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
