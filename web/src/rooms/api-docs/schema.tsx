import { ChevronRight } from "lucide-react";
import { useTexts } from "@/i18n";
import { Badge } from "@/ui/badge";
import type { Field, Shape } from "./document";
import { Prose } from "./prose";
import { texts } from "./texts";

/** An object of this many fields is read at a glance; a larger one opens when asked. */
const OPEN_UP_TO = 12;

/** The fields of a body. What is inside of a field opens under it. */
export function Schema({ shape, sent = false }: { shape: Shape; sent?: boolean }) {
  const t = useTexts(texts);
  const inner = insideOf(shape);
  return (
    <div className="grid gap-2">
      <p className="text-muted">
        <code>{shape.type}</code>
        {shape.description ? (
          <>
            {" · "}
            <Prose text={shape.description} />
          </>
        ) : null}
      </p>
      {inner.fields ? <Fields fields={inner.fields} depth={0} sent={sent} /> : null}
      {inner.variants?.map((variant, index) => (
        <div key={index} className="grid gap-1.5">
          <p className="font-medium">
            {t("variant", { n: index + 1 })} {variant.description ? <Prose text={variant.description} /> : null}
          </p>
          {variant.fields ? <Fields fields={variant.fields} depth={0} sent={sent} /> : null}
        </div>
      ))}
    </div>
  );
}

/** What is required is worth a word in what one sends; in an answer it is simply there. */
export function Fields({ fields, depth, sent }: { fields: readonly Field[]; depth: number; sent: boolean }) {
  return (
    <ul className="divide-y rounded-lg border bg-surface">
      {(sent ? fields.toSorted((a, b) => Number(b.required) - Number(a.required)) : fields).map((field) => (
        <FieldRow key={field.name} field={field} depth={depth} sent={sent} />
      ))}
    </ul>
  );
}

function FieldRow({ field: { name, required, shape }, depth, sent }: { field: Field; depth: number; sent: boolean }) {
  const t = useTexts(texts);
  const inner = insideOf(shape);
  const count = inner.fields?.length ?? inner.variants?.length ?? 0;
  return (
    <li className="grid gap-1 px-3 py-2.5">
      <p className="flex flex-wrap items-baseline gap-x-2 gap-y-0.5">
        <code className="break-all font-semibold text-ink">{name}</code>
        <span className="text-muted text-xs">
          {shape.type}
          {shape.nullable ? ` ${t("orNull")}` : ""}
          {shape.limits ? ` · ${shape.limits}` : ""}
        </span>
        {sent && required ? <Badge tone="warn">{t("required")}</Badge> : null}
      </p>
      {shape.description ? (
        <p className="text-muted">
          <Prose text={shape.description} />
        </p>
      ) : null}
      {shape.choices ? (
        <p className="flex flex-wrap gap-1">
          {shape.choices.map((choice) => (
            <Badge key={choice}>
              <code>{choice}</code>
            </Badge>
          ))}
        </p>
      ) : null}
      {count > 0 ? (
        <details open={depth === 0 && count <= OPEN_UP_TO} className="group mt-1">
          <summary className="flex w-fit cursor-pointer list-none items-center gap-1 rounded-md text-accent-text text-xs [&::-webkit-details-marker]:hidden">
            <ChevronRight aria-hidden="true" className="size-3.5 transition-transform group-open:rotate-90" />
            {inner.fields ? t("fields", { n: count }) : t("variants", { n: count })}
            <span className="sr-only">{name}</span>
          </summary>
          <div className="mt-2 grid gap-2">
            {inner.fields ? <Fields fields={inner.fields} depth={depth + 1} sent={sent} /> : null}
            {inner.variants?.map((variant, index) =>
              variant.fields ? <Fields key={index} fields={variant.fields} depth={depth + 1} sent={sent} /> : null,
            )}
          </div>
        </details>
      ) : null}
    </li>
  );
}

/** Of lists and maps the rows are what matters. */
function insideOf(shape: Shape): Shape {
  return shape.each ? insideOf(shape.each) : shape;
}
