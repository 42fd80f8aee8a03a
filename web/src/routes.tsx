/**
 * The route table. Every room is one line and one lazily loaded chunk. What may be in the search part of an address is
 * the business of the room (`useListPlace`): here it is plain texts, so that addresses stay readable and no schema of a
 * room is in the first load.
 */
import { createRootRoute, createRoute, createRouter, Outlet } from "@tanstack/react-router";
import { loadRoom } from "@/shell/load-room";
import { NotFound } from "@/shell/not-found";
import { RoomError } from "@/shell/room-error";
import { RoomSkeleton } from "@/shell/room-skeleton";
import { Shell } from "@/shell/shell";
import { requireSignedIn, requireSignedOut, requireUninitialised } from "./guards";
import { parseSearch, type Search, stringifySearch } from "./search";

const root = createRootRoute({ component: Outlet, validateSearch: (search): Search => search as Search });
const shell = createRoute({ getParentRoute: () => root, id: "shell", component: Shell, beforeLoad: requireSignedIn });

const inShell = () => shell;
const outside = () => root;

const routeTree = root.addChildren([
  createRoute({
    getParentRoute: outside,
    path: "/setup",
    beforeLoad: requireUninitialised,
    component: loadRoom(() => import("@/rooms/setup/page")),
  }),
  createRoute({
    getParentRoute: outside,
    path: "/login",
    beforeLoad: requireSignedOut,
    component: loadRoom(() => import("@/rooms/login/page")),
  }),
  shell.addChildren([
    createRoute({
      getParentRoute: inShell,
      path: "/",
      component: loadRoom(() => import("@/rooms/dashboard/page")),
    }),
    createRoute({
      getParentRoute: inShell,
      path: "/logs",
      component: loadRoom(() => import("@/rooms/logs/page")),
    }),
    createRoute({
      getParentRoute: inShell,
      path: "/providers",
      component: loadRoom(() => import("@/rooms/providers/page")),
    }),
    createRoute({
      getParentRoute: inShell,
      path: "/models",
      component: loadRoom(() => import("@/rooms/models/page")),
    }),
    createRoute({
      getParentRoute: inShell,
      path: "/keys",
      component: loadRoom(() => import("@/rooms/keys/page")),
    }),
    createRoute({
      getParentRoute: inShell,
      path: "/users",
      component: loadRoom(() => import("@/rooms/users/page")),
    }),
    createRoute({
      getParentRoute: inShell,
      path: "/limits",
      component: loadRoom(() => import("@/rooms/limits/page")),
    }),
    createRoute({
      getParentRoute: inShell,
      path: "/settings",
      component: loadRoom(() => import("@/rooms/settings/page")),
    }),
    createRoute({
      getParentRoute: inShell,
      path: "/gateway/guide",
      component: loadRoom(() => import("@/rooms/guide/page")),
    }),
    createRoute({
      getParentRoute: inShell,
      path: "/api-docs",
      component: loadRoom(() => import("@/rooms/api-docs/page")),
    }),
    createRoute({
      getParentRoute: inShell,
      path: "/profile",
      component: loadRoom(() => import("@/rooms/profile/page")),
    }),
  ]),
]);

export const router = createRouter({
  routeTree,
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  // Freshness is the query cache's business.
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 150,
  defaultPendingComponent: RoomSkeleton,
  defaultErrorComponent: RoomError,
  defaultNotFoundComponent: NotFound,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
