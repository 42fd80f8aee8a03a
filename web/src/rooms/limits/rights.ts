/** Whose limits the person may set. The server decides every change by itself. */
import { useBlocked } from "@/shell/access";
import type { SubjectKind } from "./describe";

export interface LimitRights {
  /** Why nothing can be set for anybody. */
  create: string | undefined;
  /** Why not for subjects of this kind. */
  of: (kind: string) => string | undefined;
}

export function useLimitRights(): LimitRights {
  const people = useBlocked("limits:write");
  const providers = useBlocked("providers:write");
  const models = useBlocked("models:write");
  const of: Readonly<Record<SubjectKind, string | undefined>> = {
    organisation: people,
    user: people,
    key: people,
    provider: providers,
    model: models,
    route: models,
  };
  return {
    create: people && providers && models,
    of: (kind) => (kind in of ? of[kind as SubjectKind] : people),
  };
}
