import { Link, useRouter } from "@tanstack/react-router";
import { LogOut, UserRound } from "lucide-react";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Menu, MenuContent, MenuItem, MenuLabel, MenuLine, MenuTrigger } from "@/ui/menu";
import { toast } from "@/ui/toast";
import { useMe } from "./access";
import { signOut } from "./sign-in";
import { texts } from "./texts";

export function ProfileMenu() {
  const t = useTexts(texts);
  const me = useMe();
  const router = useRouter();
  const name = me.display_name || me.email;

  async function leave() {
    try {
      await signOut();
      await router.navigate({ to: "/login", search: {} });
    } catch (error) {
      toast({ tone: "bad", title: t("signOutFailed"), text: (error as Error).message });
    }
  }

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
        <MenuItem onSelect={leave}>
          <LogOut />
          {t("signOut")}
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
