import { Outlet, useLocation, useMatches } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTexts } from "@/i18n";
import { mayEnter, useMe } from "./access";
import { NotAllowed } from "./not-allowed";
import { OfflineBanner } from "./offline-banner";
import { roomAt } from "./rooms";
import { Drawer, Sidebar } from "./sidebar";
import { texts } from "./texts";
import { TopBar } from "./top-bar";

const Palette = lazy(() => import("./palette"));

/** What stays on the screen while rooms come and go. */
export function Shell() {
  const t = useTexts(texts);
  const me = useMe();
  const { pathname } = useLocation();
  // Of what is shown: the address is ahead of it while the next room is being loaded.
  const room = useMatches({ select: (matches) => roomAt(matches.at(-1)?.pathname ?? "") });
  const [drawer, setDrawer] = useState<string>();
  const [palette, setPalette] = useState<"never" | "open" | "closed">("never");

  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey) || event.altKey) return;
      event.preventDefault();
      setPalette((state) => (state === "open" ? "closed" : "open"));
    }
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);

  return (
    <div className="flex min-h-dvh">
      <a
        href="#content"
        className="fixed top-2 left-2 z-70 -translate-y-20 rounded-md bg-accent px-3 py-2 text-on-accent focus:translate-y-0"
      >
        {t("skip")}
      </a>
      <Sidebar />
      {/* Open for the path it was opened on: going somewhere closes it. */}
      <Drawer open={drawer === pathname} onOpenChange={(open) => setDrawer(open ? pathname : undefined)} />
      <div className="flex min-w-0 flex-1 flex-col">
        <TopBar onMenu={() => setDrawer(pathname)} onSearch={() => setPalette("open")} />
        <OfflineBanner />
        <main id="content" tabIndex={-1} className="flex min-w-0 flex-1 flex-col outline-none">
          {room && !mayEnter(room, me) ? <NotAllowed room={room} /> : <Outlet />}
        </main>
      </div>
      {palette === "never" ? null : (
        <Suspense>
          <Palette open={palette === "open"} onOpenChange={(open) => setPalette(open ? "open" : "closed")} />
        </Suspense>
      )}
    </div>
  );
}
