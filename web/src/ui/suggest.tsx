import { type ComponentProps, type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { cn } from "./cn";
import { Input } from "./input";

export interface Suggestion {
  value: string;
  label?: ReactNode;
  hint?: ReactNode;
}

interface SuggestProps extends Omit<ComponentProps<"input">, "value" | "onChange"> {
  text: string;
  onText: (text: string) => void;
  suggestions: readonly Suggestion[];
  onPick: (value: string) => void;
  /** Off where the suggestions were searched for already. */
  narrow?: boolean;
}

/** More are found by typing. */
const MOST = 50;

/** A text with suggestions under it: any text may be typed, the arrows and Enter take a suggestion. */
export function Suggest({
  text,
  onText,
  suggestions,
  onPick,
  narrow = true,
  className,
  onKeyDown,
  onBlur,
  ...rest
}: SuggestProps) {
  const id = useId();
  const [open, setOpen] = useState(false);
  // What is in the field when it is entered was chosen before: it must not hide the alternatives.
  const [typed, setTyped] = useState(false);
  const [at, setAt] = useState(-1);
  const list = useRef<HTMLDivElement>(null);

  const wanted = text.trim().toLowerCase();
  const shown = suggestions
    .filter(({ value }) => !narrow || !typed || value.toLowerCase().includes(wanted))
    .slice(0, MOST);
  const listed = open && shown.length > 0;

  // A dialog around it closes by Escape too, and would hear of it first: here it only closes the suggestions.
  useEffect(() => {
    if (!listed) return;
    function close(event: globalThis.KeyboardEvent) {
      if (event.key !== "Escape") return;
      event.stopImmediatePropagation();
      setOpen(false);
    }
    window.addEventListener("keydown", close, true);
    return () => window.removeEventListener("keydown", close, true);
  }, [listed]);

  function show() {
    setOpen(true);
    setTyped(false);
    setAt(-1);
  }

  function pick(value: string) {
    onPick(value);
    setOpen(false);
    setTyped(false);
    setAt(-1);
  }

  function keys(event: KeyboardEvent<HTMLInputElement>) {
    const picked = shown[at];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!listed) return show();
      const next = (at + (event.key === "ArrowDown" ? 1 : -1) + shown.length + 1) % (shown.length + 1);
      const to = next === shown.length ? -1 : next;
      setAt(to);
      list.current?.children[to]?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && listed && picked) {
      event.preventDefault();
      pick(picked.value);
    } else {
      onKeyDown?.(event);
    }
  }

  return (
    <div className="relative min-w-0 flex-1">
      <Input
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        {...rest}
        role="combobox"
        aria-expanded={listed}
        aria-controls={listed ? `${id}-list` : undefined}
        aria-autocomplete="list"
        aria-activedescendant={listed && at >= 0 ? `${id}-${at}` : undefined}
        className={className}
        value={text}
        onChange={(event) => {
          onText(event.target.value);
          setOpen(true);
          setTyped(true);
          setAt(-1);
        }}
        onClick={() => !open && show()}
        onKeyDown={keys}
        onBlur={(event) => {
          setOpen(false);
          onBlur?.(event);
        }}
      />
      {listed ? (
        <div
          ref={list}
          id={`${id}-list`}
          role="listbox"
          aria-label={rest["aria-label"] ?? rest.placeholder}
          className="absolute top-full right-0 left-0 z-40 mt-1 max-h-64 min-w-48 animate-rise overflow-y-auto rounded-lg border bg-raised p-1 shadow-lg"
        >
          {shown.map(({ value, label, hint }, index) => (
            // The keyboard is handled by the field, which keeps the focus.
            // biome-ignore lint/a11y/useKeyWithClickEvents: see above
            // biome-ignore lint/a11y/useFocusableInteractive: see above
            <div
              key={value}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === at}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => pick(value)}
              className={cn(
                "flex cursor-pointer select-none items-baseline justify-between gap-3 rounded-md px-2 py-1.5 text-sm hover:bg-hover",
                index === at && "bg-hover",
              )}
            >
              <span className="min-w-0 truncate">{label ?? value}</span>
              {hint ? <span className="shrink-0 text-muted text-xs">{hint}</span> : null}
            </div>
          ))}
        </div>
      ) : null}
    </div>
  );
}
