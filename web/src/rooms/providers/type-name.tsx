import { useTexts } from "@/i18n";
import { type ProviderType, TYPES, typeOf } from "./provider-type";

/** The type in words; as the server writes it when this console does not know it. */
export function TypeName({ id }: { id: string }) {
  const type = typeOf(id);
  return type ? <Known type={type} /> : id;
}

function Known({ type }: { type: ProviderType }) {
  return useTexts(type.texts)("name");
}

/** The types to choose from. */
export function TypeChoice({
  id,
  label,
  value,
  onChange,
}: {
  id: string;
  label: string;
  value: string;
  onChange: (type: ProviderType) => void;
}) {
  return (
    <fieldset id={id} className="grid gap-2 sm:grid-cols-3">
      <legend className="sr-only">{label}</legend>
      {TYPES.map((type) => (
        <Card key={type.id} type={type} chosen={type.id === value} onChoose={() => onChange(type)} />
      ))}
    </fieldset>
  );
}

function Card({ type, chosen, onChoose }: { type: ProviderType; chosen: boolean; onChoose: () => void }) {
  const t = useTexts(type.texts);
  const Icon = type.icon;
  return (
    <label className="flex cursor-pointer items-start gap-2.5 rounded-lg border p-3 transition-colors hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2 sm:flex-col sm:gap-2">
      <input
        type="radio"
        name="provider_type"
        value={type.id}
        checked={chosen}
        onChange={onChoose}
        className="sr-only"
        aria-label={t("name")}
      />
      <Icon aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-accent-text" />
      <span className="grid gap-0.5">
        <span className="font-semibold">{t("name")}</span>
        <span className="text-muted text-xs">{t("about")}</span>
      </span>
    </label>
  );
}
