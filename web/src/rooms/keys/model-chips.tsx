import { X } from "lucide-react";
import { type ClipboardEvent, type KeyboardEvent, useRef, useState } from "react";
import { useTexts } from "@/i18n";
import { cn } from "@/ui/cn";
import type { ControlProps } from "@/ui/field";
import { inputStyle } from "@/ui/input";
import { Suggest, type Suggestion } from "@/ui/suggest";
import { texts } from "./texts";

interface ModelChipsProps extends Partial<ControlProps> {
  value: readonly string[];
  onChange: (models: string[]) => void;
  onBlur?: () => void;
  suggestions: readonly Suggestion[];
}

/** Names or patterns of models, each a chip. Enter, comma, space and leaving the field add what is typed. */
export function ModelChips({ value, onChange, onBlur, suggestions, ...control }: ModelChipsProps) {
  const t = useTexts(texts);
  const [text, setText] = useState("");
  const box = useRef<HTMLDivElement>(null);

  function add(words: string) {
    const models = words.split(/[\s,]+/).filter(Boolean);
    setText("");
    if (models.length > 0) onChange([...new Set([...value, ...models])]);
  }

  function remove(model: string) {
    onChange(value.filter((other) => other !== model));
    box.current?.querySelector("input")?.focus();
  }

  function keys(event: KeyboardEvent<HTMLInputElement>) {
    if ((event.key === "Enter" || event.key === "," || event.key === " ") && text.trim()) {
      event.preventDefault();
      add(text);
    } else if (event.key === "Enter") {
      // Nothing typed: Enter in this field would send the form, which nobody means here.
      event.preventDefault();
    } else if (event.key === "Backspace" && text === "") {
      onChange(value.slice(0, -1));
    }
  }

  function paste(event: ClipboardEvent<HTMLInputElement>) {
    const pasted = event.clipboardData.getData("text");
    if (!/[\s,]/.test(pasted.trim())) return;
    event.preventDefault();
    add(pasted);
  }

  return (
    <div
      ref={box}
      className={cn(
        inputStyle,
        "flex min-h-8 flex-wrap items-center gap-1 px-1 py-0.5 focus-within:border-accent focus-within:ring-2 focus-within:ring-accent/30",
        control["aria-invalid"] && "border-bad",
      )}
    >
      {value.map((model) => (
        <span key={model} className="inline-flex max-w-full items-center gap-0.5 rounded-md bg-sunken pl-1.5 text-sm">
          <code className="truncate" title={model}>
            {model}
          </code>
          <button
            type="button"
            aria-label={t("removeModel", { name: model })}
            onClick={() => remove(model)}
            className="grid size-6 shrink-0 place-items-center rounded-md text-muted hover:text-ink focus-visible:-outline-offset-2"
          >
            <X className="size-3.5" />
          </button>
        </span>
      ))}
      <Suggest
        {...control}
        text={text}
        onText={setText}
        onPick={add}
        suggestions={suggestions.filter((one) => !value.includes(one.value))}
        onKeyDown={keys}
        onPaste={paste}
        onBlur={() => {
          add(text);
          onBlur?.();
        }}
        placeholder={value.length === 0 ? t("modelsPlaceholder") : undefined}
        className="h-6.5 min-w-32 border-0 bg-transparent px-1.5 shadow-none focus-visible:ring-0"
      />
    </div>
  );
}
