/** The command palette. Loaded when it is first opened. */
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { LogOut, type LucideIcon, Moon, Sun, UserRound } from "lucide-react";
import { Dialog } from "radix-ui";
import type { ReactNode } from "react";
import { useTexts } from "@/i18n";
import { useRegisteredActions } from "./actions";
import { useRooms } from "./sidebar";
import { useSignOut } from "./sign-in";
import { texts } from "./texts";
import { setTheme } from "./theme";

export default function Palette({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const signOut = useSignOut();
  const groups = useRooms();
  const actions = useRegisteredActions();

  function run(act: () => unknown) {
    onOpenChange(false);
    void act();
  }

  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-50 animate-fade-in bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 animate-fade-in overflow-hidden rounded-xl border bg-raised shadow-lg outline-none"
        >
          <Dialog.Title className="sr-only">{t("search")}</Dialog.Title>
          <Command loop label={t("search")}>
            <Command.Input
              placeholder={t("search")}
              className="h-12 w-full border-b bg-transparent px-4 text-base outline-none"
            />
            <Command.List className="max-h-[50vh] overflow-y-auto p-1.5">
              <Command.Empty className="px-3 py-8 text-center text-muted">{t("noMatch")}</Command.Empty>
              {actions.length > 0 ? (
                <Group heading={t("actions")}>
                  {actions.map((action) => (
                    <Item key={action.id} icon={action.icon} onSelect={() => run(action.run)}>
                      {action.label}
                    </Item>
                  ))}
                </Group>
              ) : null}
              <Group heading={t("goTo")}>
                {groups.flatMap((group) =>
                  group.rooms.map((room) => (
                    <Item key={room.to} icon={room.icon} onSelect={() => run(() => navigate({ to: room.to }))}>
                      {t(room.name)}
                    </Item>
                  )),
                )}
                <Item icon={UserRound} onSelect={() => run(() => navigate({ to: "/profile", search: {} }))}>
                  {t("profile")}
                </Item>
              </Group>
              <Group heading={t("system")}>
                <Item icon={Sun} onSelect={() => run(() => setTheme("light"))}>
                  {t("theme")}: {t("light")}
                </Item>
                <Item icon={Moon} onSelect={() => run(() => setTheme("dark"))}>
                  {t("theme")}: {t("dark")}
                </Item>
                <Item icon={LogOut} onSelect={() => run(signOut)}>
                  {t("signOut")}
                </Item>
              </Group>
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-muted [&_[cmdk-group-heading]]:text-xs"
    >
      {children}
    </Command.Group>
  );
}

function Item({
  icon: Icon,
  onSelect,
  children,
}: {
  icon?: LucideIcon | undefined;
  onSelect: () => void;
  children: ReactNode;
}) {
  return (
    <Command.Item
      onSelect={onSelect}
      className="flex h-9 items-center gap-3 rounded-md px-2.5 text-base data-[selected=true]:bg-hover"
    >
      {Icon ? <Icon aria-hidden="true" className="size-4 text-muted" /> : null}
      {children}
    </Command.Item>
  );
}
