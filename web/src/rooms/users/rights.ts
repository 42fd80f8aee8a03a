/** What the person may do with a user, and why not. */
import { useTexts } from "@/i18n";
import { actionsOf, actionsOfRoles, useBlocked, useMe } from "@/shell/access";
import type { User } from "./queries";
import { texts } from "./texts";

type Why = string | undefined;

export interface UserRights {
  create: Why;
  of: (user: User) => { update: Why; resetPassword: Why; forceLogout: Why; deactivate: Why; delete: Why };
}

export function useUserRights(): UserRights {
  const t = useTexts(texts);
  const me = useMe();
  const mine = actionsOf(me);
  const mayUpdate = useBlocked("users:update");
  const mayDelete = useBlocked("users:delete");
  return {
    create: useBlocked("users:create"),
    of: (user) => {
      const above = [...actionsOfRoles(user.roles)].every((action) => mine.has(action)) ? undefined : t("aboveYou");
      const self = user.id === me.id ? t("cannotSelf") : undefined;
      const update = mayUpdate ?? above;
      // One's own password and sessions are in the profile, where the old password is asked for.
      const own = user.id === me.id ? t("inProfile") : undefined;
      return {
        update,
        resetPassword: update ?? own,
        forceLogout: update ?? own,
        deactivate: update ?? self,
        delete: mayDelete ?? above ?? self,
      };
    },
  };
}
