/** The value of one filter. What the server refuses is said at the chip, which stays. */
import { Check } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Field as Labelled } from "@/ui/field";
import { Input } from "@/ui/input";
import type { ChoiceField, Field, SpanField, ValueField } from "./fields";
import type { SetFilters } from "./filter-bar";
import type { Names } from "./names";
import type { Filters } from "./place";
import type { Call } from "./queries";
import { texts } from "./texts";

interface Props {
  filters: Filters;
  onChange: SetFilters;
  rows: readonly Call[];
  names: Names;
  onDone: () => void;
}

export function FilterEditor({ field, ...props }: Props & { field: Field }) {
  if (field.kind === "choice") return <ChoiceEditor {...props} field={field} />;
  if (field.kind === "span") return <SpanEditor {...props} field={field} />;
  return <ValueEditor {...props} field={field} />;
}

const option =
  "flex min-h-8 w-full items-center justify-between gap-3 rounded-md px-2 py-1 text-left hover:bg-hover focus-visible:-outline-offset-2";

function ChoiceEditor({ field, filters, onChange, onDone }: Props & { field: ChoiceField }) {
  const t = useTexts(texts);
  return (
    <ul aria-label={t(field.name)} className="-m-1">
      {field.options.map(({ value, name }) => {
        const chosen = filters[field.param] === value;
        return (
          <li key={value}>
            <button
              type="button"
              aria-pressed={chosen}
              onClick={() => {
                onChange({ [field.param]: value });
                onDone();
              }}
              className={option}
            >
              {t(name)}
              {chosen ? <Check aria-hidden="true" className="size-3.5" /> : null}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** More than these are found faster by typing. */
const OFFERED = 8;

function ValueEditor({ field, filters, onChange, onDone, rows, names }: Props & { field: ValueField }) {
  const t = useTexts(texts);
  const [typed, setTyped] = useState(filters[field.param] ?? "");
  const nameOf = (value: string) => names[field.param]?.get(value) ?? value;
  const wanted = typed.trim();
  const offered = valuesOf(field, rows, names)
    .filter((value) => value.toLowerCase().includes(wanted.toLowerCase()) || matches(nameOf(value), wanted))
    .slice(0, OFFERED);

  function apply(value: string) {
    onChange({ [field.param]: value || undefined });
    onDone();
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    // A name in full means its id: nobody types ids.
    apply(offered.find((value) => nameOf(value).toLowerCase() === wanted.toLowerCase()) ?? wanted);
  }

  return (
    <form onSubmit={submit} className="grid gap-2">
      <Labelled label={t(field.name)} hint={field.hint ? t(field.hint) : undefined}>
        {(control) => (
          <Input
            {...control}
            autoFocus
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
      </Labelled>
      {offered.length > 0 ? (
        <ul aria-label={t("seen")} className="-mx-1 max-h-64 overflow-y-auto">
          {offered.map((value) => (
            <li key={value}>
              <button type="button" onClick={() => apply(value)} className={option}>
                <span className="min-w-0 truncate" title={value}>
                  {nameOf(value)}
                </span>
              </button>
            </li>
          ))}
        </ul>
      ) : null}
      <Button type="submit" look="primary">
        {t("apply")}
      </Button>
    </form>
  );
}

const matches = (text: string, part: string) => text.toLowerCase().includes(part.toLowerCase());

/** What there is to choose from: what is known by name, then what the loaded rows hold, the most frequent first. */
function valuesOf(field: ValueField, rows: readonly Call[], names: Names): string[] {
  const counts = new Map<string, number>();
  for (const call of rows) {
    const value = field.of(call);
    if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const seen = [...counts].sort((a, b) => b[1] - a[1]).map(([value]) => value);
  const others = [...(names[field.param]?.keys() ?? [])].filter((value) => !counts.has(value));
  return [...seen, ...others];
}

function SpanEditor({ field, filters, onChange, onDone }: Props & { field: SpanField }) {
  const t = useTexts(texts);
  const [least, setLeast] = useState(filters[field.min] ?? "");
  const [most, setMost] = useState(filters[field.max] ?? "");

  function submit(event: FormEvent) {
    event.preventDefault();
    onChange({ [field.min]: least.trim() || undefined, [field.max]: most.trim() || undefined });
    onDone();
  }

  const input = (label: string, value: string, set: (value: string) => void, first: boolean) => (
    <Labelled label={label}>
      {(control) => (
        <Input
          {...control}
          autoFocus={first}
          inputMode="decimal"
          autoComplete="off"
          value={value}
          onChange={(event) => set(event.target.value)}
        />
      )}
    </Labelled>
  );
  const unit = field.unit ? ` (${field.unit})` : "";
  return (
    <form onSubmit={submit} className="grid gap-3">
      <div className="grid grid-cols-2 gap-2">
        {input(t("atLeast") + unit, least, setLeast, true)}
        {input(t("atMost") + unit, most, setMost, false)}
      </div>
      <Button type="submit" look="primary">
        {t("apply")}
      </Button>
    </form>
  );
}
