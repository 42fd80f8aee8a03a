import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type ComponentProps, type ReactNode, useRef } from "react";
import { useTexts } from "@/i18n";
import { Button } from "./button";
import { cn } from "./cn";
import { texts } from "./texts";

const scrim = "fixed inset-0 z-50 animate-fade-in bg-scrim";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  /** One sentence under the title; read out when it opens. */
  text?: ReactNode;
  children?: ReactNode;
  /** Buttons at the end, the main one last. */
  footer?: ReactNode;
  className?: string;
  /** Off when the ways out are inside. */
  closable?: boolean;
  /** What gets the focus first, when that is not the first control. */
  onOpenAutoFocus?: ComponentProps<typeof Radix.Content>["onOpenAutoFocus"];
}

/** What both have: the scrim, the ways out, and where the focus comes from and goes. */
function Frame({
  title,
  open,
  onOpenChange,
  text,
  children,
  footer,
  className,
  closable = true,
  onOpenAutoFocus,
}: Props) {
  const focus = useFocusReturn(onOpenAutoFocus);
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={scrim} />
        <Radix.Content
          {...focus}
          {...(text ? {} : { "aria-describedby": undefined })}
          className={cn("fixed z-50 flex flex-col bg-raised shadow-lg outline-none", className)}
        >
          {title}
          {children}
          {footer ? <div className="flex justify-end gap-2 border-t px-5 py-3">{footer}</div> : null}
          {closable ? <CloseButton /> : null}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** A question or a short form in the middle of the page. */
export function Dialog({ title, children, className, ...rest }: Props) {
  return (
    <Frame
      {...rest}
      title={<Heading title={title} text={rest.text} />}
      className={cn(
        "top-[12vh] left-1/2 max-h-[80vh] w-[calc(100vw-2rem)] max-w-md -translate-x-1/2 animate-fade-in rounded-xl border",
        className,
      )}
    >
      {children ? <div className="overflow-y-auto px-5 pb-5">{children}</div> : null}
    </Frame>
  );
}

/** A drawer at the right edge: details of a row, or a form longer than a dialog bears. Full width on a phone. */
export function Sheet({ title, children, className, ...rest }: Props) {
  return (
    <Frame
      {...rest}
      title={<Heading title={title} text={rest.text} className="border-b pb-4" />}
      className={cn("inset-y-0 right-0 w-full max-w-lg animate-slide-in sm:border-l", className)}
    >
      <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">{children}</div>
    </Frame>
  );
}

/**
 * Radix gives the focus back to a dialog's trigger. Ours are places in the address and answers to menus and have none, so
 * that the keyboard would begin at the top of the page again: it goes back to where it was.
 */
function useFocusReturn(onOpenAutoFocus: Props["onOpenAutoFocus"]) {
  const before = useRef<HTMLElement | null>(null);
  return {
    onOpenAutoFocus: (event: Event) => {
      const active = document.activeElement instanceof HTMLElement ? document.activeElement : null;
      // A menu is gone by then; the button that opened it is not.
      const opener = active?.closest("[role=menu]")?.getAttribute("aria-labelledby");
      before.current = opener ? document.getElementById(opener) : active;
      onOpenAutoFocus?.(event);
    },
    onCloseAutoFocus: (event: Event) => {
      event.preventDefault();
      before.current?.focus({ preventScroll: true });
    },
  };
}

function Heading({ title, text, className }: { title: ReactNode; text?: ReactNode; className?: string }) {
  return (
    <div className={cn("px-5 pt-4 pr-14 pb-3", className)}>
      <div className="grid min-w-0 gap-1">
        <Radix.Title className="wrap-anywhere line-clamp-3 font-semibold text-lg">{title}</Radix.Title>
        {text ? <Radix.Description className="text-muted">{text}</Radix.Description> : null}
      </div>
    </div>
  );
}

/** Last in the document, though first on the screen: what opens begins with its content, not with the way out. */
function CloseButton() {
  const t = useTexts(texts);
  return (
    <Radix.Close asChild>
      <Button look="quiet" size="icon-sm" aria-label={t("close")} className="absolute top-3.5 right-3.5">
        <X />
      </Button>
    </Radix.Close>
  );
}
