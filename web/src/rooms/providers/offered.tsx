import { Link } from "@tanstack/react-router";
import { Check } from "lucide-react";
import { memo } from "react";
import { Money } from "@/format";
import { useTexts } from "@/i18n";
import { Checkbox } from "@/ui/checkbox";
import { cn } from "@/ui/cn";
import type { RemoteModel } from "./queries";
import { texts } from "./texts";

interface Props {
  model: RemoteModel;
  chosen: boolean;
  disabled: boolean;
  onChoose: (on: boolean) => void;
}

/** One model that can be added, or why not. Providers list hundreds: rows out of sight are not laid out. */
export const Offered = memo(
  function Offered({ model, chosen, disabled, onChoose }: Props) {
    const t = useTexts(texts);
    const id = `offered-${model.id}`;
    const free = !model.routed && !model.name_taken;
    return (
      <li className="border-b [contain-intrinsic-size:auto_3rem] [content-visibility:auto]">
        <div className={cn("flex min-h-12 items-center gap-3 px-5 py-1.5", free && "hover:bg-hover")}>
          {model.routed ? (
            <Check aria-hidden="true" className="size-4 shrink-0 text-good-text" />
          ) : (
            <Checkbox
              id={id}
              checked={chosen}
              disabled={disabled || !free}
              onCheckedChange={(on) => onChoose(on === true)}
              aria-describedby={free ? undefined : `${id}-why`}
            />
          )}
          <div className={cn("grid min-w-0 flex-1", !free && "text-muted")}>
            <label htmlFor={id} className="grid">
              <span className="truncate font-mono text-sm" title={model.id}>
                {model.id}
              </span>
              {model.display_name && model.display_name !== model.id ? (
                <span className="truncate text-muted text-xs">{model.display_name}</span>
              ) : null}
            </label>
            {model.name_taken && !model.routed ? (
              <p id={`${id}-why`} className="text-muted text-xs">
                {t("nameTaken")}{" "}
                <Link to="/models" search={{ q: model.id }} className="text-accent-text underline underline-offset-4">
                  {t("addRouteThere")}
                </Link>
              </p>
            ) : null}
          </div>
          {model.routed ? <span className="shrink-0 text-muted text-xs">{t("alreadyAdded")}</span> : null}
          <span className="w-28 shrink-0 text-right text-muted text-xs">
            {model.prices?.input || model.prices?.output ? (
              <>
                <Money value={model.prices.input} /> / <Money value={model.prices.output} />
              </>
            ) : (
              t("noPrice")
            )}
          </span>
        </div>
      </li>
    );
  },
  // `onChoose` is another function each time and means the same.
  (before, after) =>
    before.model === after.model && before.chosen === after.chosen && before.disabled === after.disabled,
);
