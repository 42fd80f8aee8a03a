/** What the person may do with a key, and why not. */
import { useTexts } from "@/i18n";
import { useBlocked, useMe } from "@/shell/access";
import type { Key } from "./queries";
import { texts } from "./texts";

type Why = string | undefined;

export interface KeyRights {
  create: Why;
  of: (key: Key) => { update: Why; rotate: Why; revoke: Why };
}

export function useKeyRights(): KeyRights {
  const t = useTexts(texts);
  const me = useMe();
  const any = {
    update: useBlocked("keys:update_any"),
    rotate: useBlocked("keys:rotate_any"),
    revoke: useBlocked("keys:revoke_any"),
  };
  const own = {
    update: useBlocked("keys:update_own", "keys:update_any"),
    rotate: useBlocked("keys:rotate_own", "keys:rotate_any"),
    revoke: useBlocked("keys:revoke_own", "keys:revoke_any"),
  };
  return {
    create: useBlocked("keys:create_own", "keys:create_any"),
    of: (key) => {
      const may = key.user_id === me.id ? own : any;
      const over = key.state === "revoked" ? t("isRevoked") : key.state === "replaced" ? t("isReplaced") : undefined;
      return {
        update: may.update ?? over,
        rotate:
          may.rotate ??
          over ??
          (key.replaced_by ? t("isRotated") : key.state === "disabled" ? t("isDisabled") : undefined),
        revoke: may.revoke ?? over,
      };
    },
  };
}
