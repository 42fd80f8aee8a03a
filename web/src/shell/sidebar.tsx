import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import { Dialog } from "radix-ui";
import { versionQuery } from "@/api";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { mayEnter, useMe } from "./access";
import { Logo } from "./logo";
import { GROUPS, type RoomGroup } from "./rooms";
import { texts } from "./texts";

/** The groups with the rooms that the person may enter. */
export function useRooms(): readonly RoomGroup[] {
  const me = useMe();
  return GROUPS.map((group) => ({
    ...group,
    rooms: group.rooms.filter((room) => mayEnter(room, me)),
  })).filter((group) => group.rooms.length > 0);
}

export function Sidebar() {
  return (
    <aside className="sticky top-0 hidden h-dvh w-56 shrink-0 flex-col border-r bg-surface lg:flex">
      <Rooms />
    </aside>
  );
}

/** The same at the edge of a small screen, on demand. */
export function Drawer({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTexts(texts);
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 animate-fade-in bg-scrim lg:hidden" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed inset-y-0 left-0 z-50 flex w-72 max-w-[85vw] animate-slide-in-left flex-col bg-surface shadow-lg outline-none lg:hidden"
        >
          <Dialog.Title className="sr-only">{t("navigation")}</Dialog.Title>
          <Rooms />
          <Dialog.Close asChild>
            <Button look="quiet" size="icon" aria-label={t("closeMenu")} className="absolute top-2 right-2">
              <X />
            </Button>
          </Dialog.Close>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Rooms() {
  const t = useTexts(texts);
  const groups = useRooms();
  const version = useQuery(versionQuery).data?.version;
  return (
    <>
      <Link to="/" className="flex h-12 shrink-0 items-center gap-2 px-4 font-semibold text-base tracking-tight">
        <Logo className="size-6" />
        ThinkWatch
      </Link>
      <nav aria-label={t("navigation")} className="flex flex-1 flex-col gap-4 overflow-y-auto px-2 py-2">
        {groups.map((group) => (
          <div key={group.name} role="group" aria-label={t(group.name)}>
            <p aria-hidden="true" className="px-2 pb-1 font-medium text-muted text-xs">
              {t(group.name)}
            </p>
            {group.rooms.map(({ to, name, icon: Icon }) => (
              <Link
                key={to}
                to={to}
                activeOptions={{ exact: to === "/", includeSearch: false }}
                activeProps={{ className: "bg-hover text-ink! font-medium [&_svg]:text-accent-text" }}
                className="flex h-8 items-center gap-2.5 rounded-md px-2 text-muted transition-colors hover:bg-hover hover:text-ink focus-visible:-outline-offset-2"
              >
                <Icon aria-hidden="true" className="size-4 shrink-0" />
                {t(name)}
              </Link>
            ))}
          </div>
        ))}
      </nav>
      <p className="figures px-4 py-3 text-muted text-xs">{version ? `v${version}` : "\u00a0"}</p>
    </>
  );
}
