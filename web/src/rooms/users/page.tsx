import { KeyRound, LogOut, Pencil, Plus, Power, Trash2, UsersRound } from "lucide-react";
import { useState } from "react";
import { z } from "zod";
import { useTexts } from "@/i18n";
import { List, listPlace, type RowAction, useListPlace, usePaged } from "@/list";
import { useMe } from "@/shell/access";
import { useRoomActions } from "@/shell/actions";
import { Page as Frame } from "@/shell/page";
import { Button } from "@/ui/button";
import { Select } from "@/ui/select";
import { toast } from "@/ui/toast";
import { nameOf, useUserColumns } from "./columns";
import { type Act, UserDialogs } from "./dialogs";
import { setActive, type User, usersQuery } from "./queries";
import { useUserRights } from "./rights";
import { UserSheet } from "./sheet";
import { texts } from "./texts";

const place = listPlace.extend({
  /** "new", or the id of the user whose sheet is open. */
  open: z.string().optional().catch(undefined),
  state: z.enum(["all", "active", "inactive"]).catch("all"),
  kind: z.enum(["all", "people", "machines"]).catch("all"),
});

export function Page() {
  const t = useTexts(texts);
  const me = useMe();
  const rights = useUserRights();
  const [here, go] = useListPlace(place);
  const [asking, ask] = useState<{ act: Act; user: User }>();
  const columns = useUserColumns(me.id);
  const source = usePaged(
    usersQuery({
      q: here.q,
      sort: here.sort,
      active: here.state === "all" ? undefined : here.state === "active",
      serviceAccount: here.kind === "all" ? undefined : here.kind === "machines",
    }),
  );

  const create = () => go({ open: "new" });
  useRoomActions(rights.create ? [] : [{ id: "new-user", label: t("create"), icon: Plus, run: create }]);

  function actions(user: User): readonly RowAction[] {
    const blocked = rights.of(user);
    return [
      { label: t("edit"), icon: Pencil, run: () => go({ open: user.id }), blocked: blocked.update },
      ...(user.service_account
        ? []
        : [
            {
              label: t("resetPassword"),
              icon: KeyRound,
              run: () => ask({ act: "reset_password", user }),
              blocked: blocked.resetPassword,
            },
            {
              label: t("forceLogout"),
              icon: LogOut,
              run: () => ask({ act: "force_logout", user }),
              blocked: blocked.forceLogout,
            },
          ]),
      user.active
        ? {
            label: t("deactivate"),
            icon: Power,
            danger: true,
            run: () => ask({ act: "deactivate", user }),
            blocked: blocked.deactivate,
          }
        : { label: t("activate"), icon: Power, run: () => void activate(user), blocked: blocked.update },
      {
        label: t("delete"),
        icon: Trash2,
        danger: true,
        run: () => ask({ act: "delete", user }),
        blocked: blocked.delete,
      },
    ];
  }

  async function activate(user: User) {
    try {
      await setActive(user.id, true);
      toast({ title: t("activated", { name: nameOf(user) }), text: t("activatedText") });
    } catch (error) {
      toast({ tone: "bad", title: (error as Error).message });
    }
  }

  const createButton = (
    <Button look="primary" onClick={create} blocked={rights.create}>
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
        source={source}
        place={[here, go]}
        rowId={(user) => user.id}
        rowName={nameOf}
        onOpen={(user) => go({ open: user.id })}
        actions={actions}
        search={{ placeholder: t("searchUsers") }}
        filtered={here.state !== "all" || here.kind !== "all"}
        filters={
          <>
            <Select
              aria-label={t("kind")}
              className="w-52"
              value={here.kind}
              onChange={(kind) => go({ kind })}
              options={[
                { value: "all", label: t("allKinds") },
                { value: "people", label: t("people") },
                { value: "machines", label: t("machines") },
              ]}
            />
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
          </>
        }
        empty={{ icon: UsersRound, title: t("empty"), text: t("emptyText"), action: createButton }}
      />
      <UserSheet open={here.open} rights={rights} onClose={() => go({ open: undefined })} />
      {asking ? <UserDialogs {...asking} onClose={() => ask(undefined)} /> : null}
    </Frame>
  );
}
