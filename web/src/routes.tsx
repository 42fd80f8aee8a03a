/**
 * The route table. Every room is one line and one lazily loaded chunk. What may be in the search part of an address is
 * the business of the room (`useListPlace`): here it is plain texts, so that addresses stay readable and no schema of a
 * room is in the first load.
 */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from "@tanstack/react-router";
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
    component: lazyRouteComponent(() => import("@/rooms/setup/page"), "Page"),
  }),
  createRoute({
    getParentRoute: outside,
    path: "/login",
    beforeLoad: requireSignedOut,
    component: lazyRouteComponent(() => import("@/rooms/login/page"), "Page"),
  }),
  shell.addChildren([
    createRoute({
      getParentRoute: inShell,
      path: "/",
      component: lazyRouteComponent(() => import("@/rooms/dashboard/page"), "Page"),
    }),
    createRoute({
      getParentRoute: inShell,
      path: "/logs",
      component: lazyRouteComponent(() => import("@/rooms/logs/page"), "Page"),
    }),
    createRoute({
      getParentRoute: inShell,
      path: "/providers",
      component: lazyRouteComponent(() => import("@/rooms/providers/page"), "Page"),
    }),
    createRoute({
      getParentRoute: inShell,
      path: "/models",
      component: lazyRouteComponent(() => import("@/rooms/models/page"), "Page"),
    }),
    createRoute({
      getParentRoute: inShell,
      path: "/keys",
      component: lazyRouteComponent(() => import("@/rooms/keys/page"), "Page"),
    }),
    createRoute({
      getParentRoute: inShell,
      path: "/users",
      component: lazyRouteComponent(() => import("@/rooms/users/page"), "Page"),
    }),
    createRoute({
      getParentRoute: inShell,
      path: "/gateway/guide",
      component: lazyRouteComponent(() => import("@/rooms/guide/page"), "Page"),
    }),
    createRoute({
      getParentRoute: inShell,
      path: "/api-docs",
      component: lazyRouteComponent(() => import("@/rooms/api-docs/page"), "Page"),
    }),
    createRoute({
      getParentRoute: inShell,
      path: "/profile",
      component: lazyRouteComponent(() => import("@/rooms/profile/page"), "Page"),
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
