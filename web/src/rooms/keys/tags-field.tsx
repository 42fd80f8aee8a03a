import { Plus, X } from "lucide-react";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import type { ControlProps } from "@/ui/field";
import { Input } from "@/ui/input";
import { texts } from "./texts";

export interface Tag {
  name: string;
  text: string;
}

interface TagsFieldProps extends ControlProps {
  value: readonly Tag[];
  onChange: (tags: Tag[]) => void;
  onBlur: () => void;
}

/** Pairs of a name and a text. */
export function TagsField({ id, value, onChange, onBlur, ...control }: TagsFieldProps) {
  const t = useTexts(texts);
  const set = (at: number, change: Partial<Tag>) =>
    onChange(value.map((tag, index) => (index === at ? { ...tag, ...change } : tag)));
  return (
    <div id={id} role="group" aria-label={t("tags")} className="grid gap-2" onBlur={onBlur}>
      {value.map((tag, index) => (
        <div key={index} className="flex gap-2">
          <Input
            {...control}
            aria-label={t("tagName")}
            placeholder="project"
            value={tag.name}
            onChange={(event) => set(index, { name: event.target.value })}
            className="font-mono"
          />
          <Input
            {...control}
            aria-label={t("tagValue")}
            placeholder="atlas"
            value={tag.text}
            onChange={(event) => set(index, { text: event.target.value })}
          />
          <Button
            look="quiet"
            size="icon"
            aria-label={t("removeTag", { name: tag.name || String(index + 1) })}
            onClick={() => onChange(value.filter((_, at) => at !== index))}
          >
            <X />
          </Button>
        </div>
      ))}
      <Button size="sm" className="w-fit" onClick={() => onChange([...value, { name: "", text: "" }])}>
        <Plus />
        {t("addTag")}
      </Button>
    </div>
  );
}
