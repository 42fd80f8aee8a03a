import { queryOptions } from "@tanstack/react-query";
import { send } from "@/api/client";
import { toApiError } from "@/api/errors";
import { groupsOf, type RawDocument } from "./document";

/** The document of the running server, not of the one that this page was built with. */
export const documentQuery = queryOptions({
  queryKey: ["openapi"],
  queryFn: async ({ signal }) => {
    const response = await send(new Request("/api/openapi.json", { signal }));
    const body: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw toApiError(response, body);
    const document = body as RawDocument;
    return { info: document.info, groups: groupsOf(document) };
  },
  staleTime: Number.POSITIVE_INFINITY,
});
