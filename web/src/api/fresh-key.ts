/**
 * The secret of a key that was just made. It exists once, in the memory of this page, and travels by here from the room
 * that made the key to the guide that fills it in: an address or the browser's storage would keep it for others to find.
 * It lives in the query cache, which signing out empties.
 */
import { queryClient } from "./queries";

export interface FreshKey {
  id: string;
  name: string;
  /** In plain text. */
  secret: string;
}

const PLACE = ["fresh-key"];
queryClient.setQueryDefaults(PLACE, {
  gcTime: Number.POSITIVE_INFINITY,
  staleTime: Number.POSITIVE_INFINITY,
});

export function keepFreshKey(key: FreshKey): void {
  queryClient.setQueryData(PLACE, key);
}

export function freshKey(): FreshKey | undefined {
  return queryClient.getQueryData<FreshKey>(PLACE);
}
