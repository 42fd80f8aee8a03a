import { Link } from "@tanstack/react-router";
import { ArrowLeft, ArrowRight, LockKeyhole, LockKeyholeOpen } from "lucide-react";
import type { ReactNode } from "react";
import { useTexts } from "@/i18n";
import { Badge } from "@/ui/badge";
import { CodeBlock } from "@/ui/code";
import { CopyButton } from "@/ui/copy";
import type { Operation } from "./document";
import { curlOf, exampleOf } from "./examples";
import { Method } from "./method";
import { Prose } from "./prose";
import { Fields, Schema } from "./schema";
import { STATUS_TEXTS, texts } from "./texts";

export function OperationShown({
  operation,
  before,
  after,
}: {
  operation: Operation;
  before: Operation | undefined;
  after: Operation | undefined;
}) {
  const t = useTexts(texts);
  const { parameters, body, successes, errors } = operation;
  const answer = successes.find(({ shape }) => shape)?.shape;
  return (
    <article className="grid min-w-0 gap-6">
      <header className="grid gap-2">
        <h2 className="font-semibold text-lg">
          <Prose text={operation.summary} />
        </h2>
        <div className="flex min-w-0 items-center gap-2 rounded-lg border bg-surface py-1 pr-1 pl-2">
          <Method method={operation.method} />
          <code className="min-w-0 flex-1 break-all text-base">{operation.path}</code>
          <CopyButton text={`${location.origin}${operation.path}`} />
        </div>
        {operation.description ? (
          <p className="max-w-prose text-base">
            <Prose text={operation.description} />
          </p>
        ) : null}
        <p className="inline-flex items-center gap-1.5 text-muted">
          {operation.secured ? (
            <LockKeyhole aria-hidden="true" className="size-3.5" />
          ) : (
            <LockKeyholeOpen aria-hidden="true" className="size-3.5" />
          )}
          {operation.secured ? t("secured") : t("open")}
        </p>
      </header>

      <div className="grid min-w-0 items-start gap-6 2xl:grid-cols-[minmax(0,1fr)_minmax(0,28rem)]">
        <div className="order-2 grid min-w-0 gap-6 2xl:order-1">
          {(["path", "query", "header"] as const).map((place) => {
            const of = parameters.filter((parameter) => parameter.place === place);
            return of.length === 0 ? null : (
              <Part key={place} title={t(`${place}Parameters`)}>
                <Fields fields={of} depth={0} sent />
              </Part>
            );
          })}
          {body ? (
            <Part title={t("body")}>
              <Schema shape={body} sent />
            </Part>
          ) : null}
          {successes.map(({ status, mediaType, shape }) => (
            <Part
              key={status}
              title={
                <span className="inline-flex flex-wrap items-center gap-2">
                  {t("answer")} <Badge tone="good">{status}</Badge>
                  {mediaType ? <span className="font-normal text-muted text-xs">{mediaType}</span> : null}
                </span>
              }
            >
              {shape ? <Schema shape={shape} /> : <p className="text-muted">{t("noBody")}</p>}
            </Part>
          ))}
          {errors.length > 0 ? (
            <Part title={t("errors")}>
              <ul className="grid gap-1.5">
                {errors.map((status) => (
                  <li key={status} className="flex items-baseline gap-2">
                    <Badge tone="bad" className="figures">
                      {status}
                    </Badge>
                    <span className="text-muted">
                      <Prose text={t(STATUS_TEXTS[status] ?? "otherError")} />
                    </span>
                  </li>
                ))}
              </ul>
            </Part>
          ) : null}
        </div>
        <div className="order-1 grid min-w-0 gap-4 2xl:sticky 2xl:top-16 2xl:order-2">
          <CodeBlock label="curl" code={curlOf(operation, location.origin)} />
          {answer ? (
            <CodeBlock
              label={t("exampleAnswer")}
              code={JSON.stringify(exampleOf(answer), null, 2)}
              className="[&_pre]:max-h-96 [&_pre]:overflow-y-auto"
            />
          ) : null}
        </div>
      </div>

      <nav aria-label={t("neighbours")} className="flex justify-between gap-4 border-t pt-4">
        {before ? (
          <Link
            to="/api-docs"
            search={{ op: before.id }}
            className="inline-flex items-center gap-1.5 text-accent-text hover:underline"
          >
            <ArrowLeft aria-hidden="true" className="size-4 shrink-0" />
            {before.summary.replace(/\.$/, "")}
          </Link>
        ) : (
          <span />
        )}
        {after ? (
          <Link
            to="/api-docs"
            search={{ op: after.id }}
            className="inline-flex items-center gap-1.5 text-right text-accent-text hover:underline"
          >
            {after.summary.replace(/\.$/, "")}
            <ArrowRight aria-hidden="true" className="size-4 shrink-0" />
          </Link>
        ) : null}
      </nav>
    </article>
  );
}

function Part({ title, children }: { title: ReactNode; children: ReactNode }) {
  return (
    <section className="grid min-w-0 gap-2">
      <h3 className="font-semibold text-base">{title}</h3>
      {children}
    </section>
  );
}
