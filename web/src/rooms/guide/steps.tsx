import { useTexts } from "@/i18n";
import { CodeBlock } from "@/ui/code";
import { CopyButton } from "@/ui/copy";
import { Note } from "@/ui/note";
import type { Client, Values } from "./clients";
import { texts } from "./texts";

/** What to do in a client, with the values filled in. */
export function Steps({ client, values }: { client: Client; values: Values }) {
  const t = useTexts(texts);
  const steps = client.steps(values);
  return (
    <div className="grid gap-5">
      <ol className="grid gap-5">
        {steps.map((step, index) => (
          <li key={step.text} className="grid gap-2">
            <p className="flex gap-2.5 text-base">
              <span
                aria-hidden="true"
                className="figures mt-px grid size-5 shrink-0 place-items-center rounded-full bg-sunken font-medium text-muted text-xs"
              >
                {index + 1}
              </span>
              {t(step.text)}
            </p>
            {step.code ? <CodeBlock {...step.code} className="min-w-0" /> : null}
            {step.fields ? <Fields fields={step.fields} /> : null}
          </li>
        ))}
      </ol>
      {client.note ? <Note tone={client.id === "cursor" ? "warn" : "info"}>{t(client.note)}</Note> : null}
    </div>
  );
}

/** Fields of a settings page, by the names they have there. */
function Fields({ fields }: { fields: readonly { name: string; value: string }[] }) {
  return (
    <dl className="overflow-hidden rounded-lg border">
      {fields.map(({ name, value }) => (
        <div
          key={name}
          className="grid items-center gap-x-4 border-b px-3 py-1.5 last:border-b-0 sm:grid-cols-[14rem_1fr]"
        >
          <dt className="text-muted">{name}</dt>
          <dd className="flex min-w-0 items-center justify-between gap-2">
            <code className="truncate" title={value}>
              {value}
            </code>
            <CopyButton text={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
