import { KeyRound, LogOut, Pencil, Plus, Power, Trash2, UsersRound } from "lucide-react";
import { useMemo, useState } from "react";
import { z } from "zod";
import { useTexts } from "@/i18n";
import { List, listPlace, type RowAction, useListPlace, useWhole } from "@/list";
import { useBlocked, useMe } from "@/shell/access";
import { useRoomActions } from "@/shell/actions";
import { Page as Frame } from "@/shell/page";
import { Button } from "@/ui/button";
import { Select } from "@/ui/select";
import { toast } from "@/ui/toast";
import { nameOf, useUserColumns } from "./columns";
import { type Act, UserDialogs } from "./dialogs";
import { setActive, type User, usersQuery } from "./queries";
import { UserSheet } from "./sheet";
import { texts } from "./texts";

const place = listPlace.extend({
  /** "new", or the id of the user whose sheet is open. */
  open: z.string().optional().catch(undefined),
  state: z.enum(["all", "active", "inactive"]).catch("all"),
});

export function Page() {
  const t = useTexts(texts);
  const me = useMe();
  const [here, go] = useListPlace(place);
  const [asking, ask] = useState<{ act: Act; user: User }>();
  const columns = useUserColumns(me.id);
  const notCreate = useBlocked("users:create");
  const notUpdate = useBlocked("users:update");
  const notDelete = useBlocked("users:delete");

  const all = useWhole(usersQuery);
  const rows = useMemo(
    () => all.rows?.filter((user) => here.state === "all" || user.active === (here.state === "active")),
    [all.rows, here.state],
  );

  const create = () => go({ open: "new" });
  useRoomActions(notCreate ? [] : [{ id: "new-user", label: t("create"), icon: Plus, run: create }]);

  function actions(user: User): readonly RowAction[] {
    const self = user.id === me.id ? t("cannotSelf") : undefined;
    return [
      { label: t("edit"), icon: Pencil, run: () => go({ open: user.id }), blocked: notUpdate },
      ...(user.service_account
        ? []
        : [
            {
              label: t("resetPassword"),
              icon: KeyRound,
              run: () => ask({ act: "reset_password", user }),
              blocked: notUpdate ?? self,
            },
            {
              label: t("forceLogout"),
              icon: LogOut,
              run: () => ask({ act: "force_logout", user }),
              blocked: notUpdate,
            },
          ]),
      user.active
        ? {
            label: t("deactivate"),
            icon: Power,
            danger: true,
            run: () => ask({ act: "deactivate", user }),
            blocked: notUpdate ?? self,
          }
        : { label: t("activate"), icon: Power, run: () => void activate(user), blocked: notUpdate },
      {
        label: t("delete"),
        icon: Trash2,
        danger: true,
        run: () => ask({ act: "delete", user }),
        blocked: notDelete ?? self,
      },
    ];
  }

  async function activate(user: User) {
    try {
      await setActive(user.id, true);
      toast({ title: t("activated", { name: nameOf(user) }) });
    } catch (error) {
      toast({ tone: "bad", title: (error as Error).message });
    }
  }

  const createButton = (
    <Button look="primary" onClick={create} blocked={notCreate}>
      <Plus />
      {t("create")}
    </Button>
  );

  return (
    <Frame title={t("title")} text={t("text")} actions={createButton}>
      <List
        id="users"
        label={t("title")}
        columns={columns}
        source={{ ...all, rows }}
        place={[here, go]}
        rowId={(user) => user.id}
        rowName={nameOf}
        onOpen={(user) => go({ open: user.id })}
        actions={actions}
        search={{ placeholder: t("searchUsers") }}
        filtered={here.state !== "all"}
        filters={
          <Select
            aria-label={t("state")}
            className="w-36"
            value={here.state}
            onChange={(state) => go({ state })}
            options={[
              { value: "all", label: t("all") },
              { value: "active", label: t("active") },
              { value: "inactive", label: t("inactive") },
            ]}
          />
        }
        empty={{ icon: UsersRound, title: t("empty"), text: t("emptyText"), action: createButton }}
      />
      <UserSheet open={here.open} onClose={() => go({ open: undefined })} />
      {asking ? <UserDialogs {...asking} onClose={() => ask(undefined)} /> : null}
    </Frame>
  );
}
