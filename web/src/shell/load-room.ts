import { lazyRouteComponent, type RouteComponent } from "@tanstack/react-router";
import { reaches, reconnected } from "@/api/connection";

/** A room that is fetched when it is entered. */
export function loadRoom(fetchRoom: () => Promise<{ Page: RouteComponent }>) {
  return lazyRouteComponent(() => patiently(fetchRoom), "Page");
}

/**
 * The router takes a room that does not come for one of an older console and loads the whole page anew, which is right after
 * an update. While the server is away it would leave the browser with nothing but an error page: so then the room waits.
 */
async function patiently<M>(fetchRoom: () => Promise<M>): Promise<M> {
  for (;;) {
    try {
      return await fetchRoom();
    } catch (error) {
      if (await reaches()) throw error;
      await reconnected();
    }
  }
}
