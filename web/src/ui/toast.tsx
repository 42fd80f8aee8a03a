import { CircleAlert, CircleCheck, X } from "lucide-react";
import { Toast as Radix } from "radix-ui";
import { useSyncExternalStore } from "react";
import { useTexts } from "@/i18n";
import { Button } from "./button";
import { texts } from "./texts";

interface ToastContent {
  title: string;
  text?: string;
  tone?: "good" | "bad";
  action?: { label: string; run: () => void };
}

type Shown = ToastContent & { id: number };

/** More at once would hide the page. The oldest goes first. */
const AT_ONCE = 4;
const listeners = new Set<() => void>();
let shown: readonly Shown[] = [];
let lastId = 0;

/** Says that something is done. Not for errors of a form: those belong where they were made. */
export function toast(content: ToastContent): void {
  change([...shown, { ...content, id: ++lastId }].slice(-AT_ONCE));
}

export function Toasts() {
  const t = useTexts(texts);
  const toasts = useSyncExternalStore(subscribe, () => shown);
  return (
    <Radix.Provider swipeDirection="right" label={t("notifications")}>
      {toasts.map((one) => (
        <Radix.Root
          key={one.id}
          duration={one.tone === "bad" ? 10_000 : 5_000}
          onOpenChange={(open) => !open && change(shown.filter((other) => other.id !== one.id))}
          className="flex animate-rise items-start gap-2.5 rounded-lg border bg-raised p-3 shadow-lg"
        >
          {one.tone === "bad" ? (
            <CircleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-bad-text" />
          ) : (
            <CircleCheck aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-good-text" />
          )}
          <div className="grid min-w-0 flex-1 gap-0.5 wrap-anywhere">
            <Radix.Title className="font-medium">{one.title}</Radix.Title>
            {one.text ? <Radix.Description className="text-muted">{one.text}</Radix.Description> : null}
            {one.action ? (
              <Radix.Action asChild altText={one.action.label}>
                <Button look="link" onClick={one.action.run} className="mt-1 w-fit">
                  {one.action.label}
                </Button>
              </Radix.Action>
            ) : null}
          </div>
          <Radix.Close asChild>
            <Button look="quiet" size="icon-sm" aria-label={t("dismiss")} className="-my-1 -mr-1">
              <X />
            </Button>
          </Radix.Close>
        </Radix.Root>
      ))}
      <Radix.Viewport className="fixed right-0 bottom-0 z-70 flex w-full max-w-96 flex-col gap-2 p-4 outline-none" />
    </Radix.Provider>
  );
}

function change(next: readonly Shown[]): void {
  shown = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
