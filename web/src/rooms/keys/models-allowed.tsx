import { useTexts } from "@/i18n";
import { Badge } from "@/ui/badge";
import type { Key } from "./queries";
import { texts } from "./texts";

/** Which models a key may use: all of its owner, none, or these. */
export function ModelsAllowed({ value, most }: { value: Key; most: number }) {
  const t = useTexts(texts);
  const models = value.allowed_models;
  if (!models) return <span className="text-muted">{t("allModels")}</span>;
  if (models.length === 0) return <Badge tone="warn">{t("noModels")}</Badge>;
  const more = models.length - most;
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-1" title={models.join("\n")}>
      {models.slice(0, most).map((model) => (
        <Badge key={model} className="max-w-full">
          <code className="truncate">{model}</code>
        </Badge>
      ))}
      {more > 0 ? <Badge>+{more}</Badge> : null}
    </span>
  );
}
