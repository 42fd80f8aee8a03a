import { useQuery } from "@tanstack/react-query";
import { BookOpenText, Clock, KeyRound, Pencil, Plus, Power, RotateCw, Trash2 } from "lucide-react";
import { useState } from "react";
import { z } from "zod";
import { useTexts } from "@/i18n";
import { List, listPlace, type RowAction, useListPlace, usePaged, useWhole } from "@/list";
import { useMay, useMe } from "@/shell/access";
import { useRoomActions } from "@/shell/actions";
import { Page as Frame } from "@/shell/page";
import { Button } from "@/ui/button";
import { Select } from "@/ui/select";
import { toast } from "@/ui/toast";
import { useKeyColumns } from "./columns";
import { type Act, KeyDialogs } from "./dialogs";
import { type Issued, IssuedDialog } from "./issued";
import { costsQuery, enableKey, expiringQuery, KEY_STATES, type Key, keysQuery, SOON_DAYS } from "./queries";
import { useKeyRights } from "./rights";
import { KeySheet } from "./sheet";
import { STATES } from "./state";
import { texts } from "./texts";

const place = listPlace.extend({
  /** "new", the id of the key whose sheet is open, or that with "/edit". */
  open: z.string().optional().catch(undefined),
  show: z.enum(["current", "expiring", ...KEY_STATES, "all"]).catch("current"),
  of: z.enum(["all", "me"]).catch("all"),
});

export function Page() {
  const t = useTexts(texts);
  const me = useMe();
  const others = useMay("keys:read_any");
  const rights = useKeyRights();
  const [here, go] = useListPlace(place);
  const [asking, ask] = useState<{ act: Act; target: Key }>();
  const [issued, setIssued] = useState<Issued>();

  const mine = others && here.of === "me";
  const expiring = here.show === "expiring";
  const paged = usePaged(
    keysQuery({
      q: here.q,
      sort: here.sort,
      state: here.show === "current" || here.show === "expiring" ? undefined : here.show,
      userId: mine ? me.id : undefined,
    }),
  );
  const soon = useWhole(expiringQuery);
  const source = expiring
    ? { ...soon, rows: mine ? soon.rows?.filter((key) => key.user_id === me.id) : soon.rows }
    : paged;
  const { data: costs } = useQuery(costsQuery);
  const columns = useKeyColumns({ myId: me.id, others, costs });

  const create = () => go({ open: "new" });
  useRoomActions(rights.create ? [] : [{ id: "new-key", label: t("create"), icon: Plus, run: create }]);

  async function enable(key: Key) {
    try {
      await enableKey(key.id);
      toast({ title: t("enabledDone", { name: key.name }) });
    } catch (error) {
      toast({ tone: "bad", title: (error as Error).message });
    }
  }

  function actions(key: Key): readonly RowAction[] {
    const blocked = rights.of(key);
    return [
      { label: t("details"), icon: BookOpenText, run: () => go({ open: key.id }) },
      { label: t("edit"), icon: Pencil, run: () => go({ open: `${key.id}/edit` }), blocked: blocked.update },
      { label: t("rotate"), icon: RotateCw, run: () => ask({ act: "rotate", target: key }), blocked: blocked.rotate },
      key.state === "disabled"
        ? { label: t("enable"), icon: Power, run: () => void enable(key), blocked: blocked.update }
        : {
            label: t("disable"),
            icon: Power,
            run: () => ask({ act: "disable", target: key }),
            blocked: blocked.update,
          },
      {
        label: t("revoke"),
        icon: Trash2,
        danger: true,
        run: () => ask({ act: "revoke", target: key }),
        blocked: blocked.revoke,
      },
    ];
  }

  const createButton = (
    <Button look="primary" onClick={create} blocked={rights.create}>
      <Plus />
      {t("create")}
    </Button>
  );
  const count = soon.rows?.length ?? 0;

  return (
    <Frame title={t("title")} text={others ? t("textAll") : t("textOwn")} actions={createButton}>
      <List
        // The two sources page and sort differently: each is a list of its own.
        key={expiring ? "expiring" : "all"}
        id="keys"
        label={t("title")}
        columns={columns}
        source={source}
        place={[here, go]}
        rowId={(key) => key.id}
        // After a rotation both secrets are there, under one name.
        rowName={(key) => (key.replaced_by ? t("oldSecretOf", { name: key.name, prefix: key.key_prefix }) : key.name)}
        onOpen={(key) => go({ open: key.id })}
        actions={actions}
        search={{ placeholder: others ? t("searchAll") : t("searchOwn") }}
        filtered={!expiring && (mine || here.show !== "current")}
        filters={
          <>
            <Select
              aria-label={t("state")}
              className="w-44"
              value={here.show}
              onChange={(show) => go({ show })}
              options={[
                { value: "current", label: t("current") },
                { value: "expiring", label: t("expiringN", { n: count }) },
                ...KEY_STATES.map((state) => ({ value: state, label: t(STATES[state].name) })),
                { value: "all", label: t("withEnded") },
              ]}
            />
            {others ? (
              <Select
                aria-label={t("owner")}
                className="w-36"
                value={here.of}
                onChange={(of) => go({ of })}
                options={[
                  { value: "all", label: t("everyone") },
                  { value: "me", label: t("onlyMine") },
                ]}
              />
            ) : null}
            {count > 0 && here.show === "current" ? (
              <Button look="quiet" className="text-warn-text" onClick={() => go({ show: "expiring" })}>
                <Clock />
                {t("endSoon", { n: count })}
              </Button>
            ) : null}
          </>
        }
        empty={
          expiring
            ? {
                icon: Clock,
                title: t("noneSoon"),
                text: t("noneSoonText", { n: SOON_DAYS }),
                action: <Button onClick={() => go({ show: "current" })}>{t("showAll")}</Button>,
              }
            : { icon: KeyRound, title: t("empty"), text: t("emptyText"), action: createButton }
        }
      />
      <KeySheet
        open={here.open}
        rights={rights}
        onOpen={(open) => go({ open })}
        onIssued={setIssued}
        onAct={(act, target) => ask({ act, target })}
        onEnable={(key) => void enable(key)}
      />
      {asking ? <KeyDialogs {...asking} onIssued={setIssued} onClose={() => ask(undefined)} /> : null}
      {issued ? <IssuedDialog issued={issued} onClose={() => setIssued(undefined)} /> : null}
    </Frame>
  );
}
