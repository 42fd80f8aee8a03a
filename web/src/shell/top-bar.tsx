import { Link, useLocation } from "@tanstack/react-router";
import { ChevronRight, Menu as MenuIcon, Search } from "lucide-react";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { LanguageMenu, ThemeMenu } from "./preferences";
import { ProfileMenu } from "./profile-menu";
import { GROUPS } from "./rooms";
import { texts } from "./texts";

const isMac = /mac|iphone|ipad/i.test(navigator.userAgent);

export function TopBar({ onMenu, onSearch }: { onMenu: () => void; onSearch: () => void }) {
  const t = useTexts(texts);
  return (
    <header className="sticky top-0 z-30 flex h-12 shrink-0 items-center gap-1 border-b bg-surface px-2 sm:px-4">
      <Button look="quiet" size="icon" aria-label={t("openMenu")} onClick={onMenu} className="lg:hidden">
        <MenuIcon />
      </Button>
      <Breadcrumbs />
      <div className="ml-auto flex items-center gap-0.5">
        <button
          type="button"
          onClick={onSearch}
          aria-keyshortcuts={isMac ? "Meta+K" : "Control+K"}
          className="mr-1 hidden h-8 w-64 items-center gap-2 rounded-md border bg-canvas px-2.5 text-muted transition-colors hover:border-line-strong md:flex"
        >
          <Search aria-hidden="true" className="size-4" />
          <span className="flex-1 truncate text-left">{t("search")}</span>
          <kbd className="rounded-sm border bg-surface px-1 text-xs">{isMac ? "⌘K" : "Ctrl K"}</kbd>
        </button>
        <Button look="quiet" size="icon" aria-label={t("search")} onClick={onSearch} className="md:hidden">
          <Search />
        </Button>
        <LanguageMenu />
        <ThemeMenu />
        <ProfileMenu />
      </div>
    </header>
  );
}

function Breadcrumbs() {
  const t = useTexts(texts);
  const { pathname } = useLocation();
  const group = GROUPS.find(({ rooms }) => rooms.some(({ to }) => to === pathname));
  const room = group?.rooms.find(({ to }) => to === pathname);
  const here = room ? t(room.name) : pathname === "/profile" ? t("profile") : "";
  return (
    <nav aria-label={t("breadcrumbs")} className="min-w-0">
      <ol className="flex min-w-0 items-center gap-1.5 whitespace-nowrap text-muted">
        {group ? (
          <li className="hidden items-center gap-1.5 sm:flex">
            {t(group.name)}
            <ChevronRight aria-hidden="true" className="size-3.5" />
          </li>
        ) : null}
        <li className="truncate font-medium text-ink">
          <Link to={pathname} aria-current="page">
            {here}
          </Link>
        </li>
      </ol>
    </nav>
  );
}
