import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { ArrowLeft, Braces } from "lucide-react";
import { useTexts } from "@/i18n";
import { Page as Frame } from "@/shell/page";
import { Button } from "@/ui/button";
import { cn } from "@/ui/cn";
import { Note } from "@/ui/note";
import { Skeleton } from "@/ui/skeleton";
import { Introduction, UnknownOperation } from "./introduction";
import { Navigation } from "./navigation";
import { OperationShown } from "./operation";
import { documentQuery } from "./queries";
import { texts } from "./texts";

export function Page() {
  const t = useTexts(texts);
  const { op, q = "" } = useSearch({ strict: false });
  const navigate = useNavigate();
  const { data: document, error, refetch } = useQuery(documentQuery);

  const all = document?.groups.flatMap(({ operations }) => operations) ?? [];
  const at = all.findIndex(({ id }) => id === op);
  const operation = all[at];

  return (
    <Frame
      title={t("title")}
      text={document ? t("text", { n: all.length, version: document.info.version }) : t("loading")}
      actions={
        <Button asChild>
          <a href="/api/openapi.json" target="_blank" rel="noreferrer">
            <Braces />
            openapi.json
          </a>
        </Button>
      }
    >
      {error && !document ? (
        <Note
          tone="bad"
          title={t("failed")}
          action={
            <Button size="sm" onClick={() => void refetch()}>
              {t("tryAgain")}
            </Button>
          }
        >
          <p>{error.message}</p>
        </Note>
      ) : !document ? (
        <div className="grid gap-8 lg:grid-cols-[17rem_minmax(0,1fr)]">
          <div className="grid content-start gap-2">
            {Array.from({ length: 10 }, (_, index) => (
              <Skeleton key={index} className="h-7" />
            ))}
          </div>
          <Skeleton className="h-72" />
        </div>
      ) : (
        <div className="grid min-w-0 gap-8 lg:grid-cols-[17rem_minmax(0,1fr)]">
          {/* On a phone there is room for one of the two. */}
          <div
            className={cn(
              "min-w-0 lg:sticky lg:top-16 lg:flex lg:max-h-[calc(100dvh-5rem)] lg:self-start",
              op && "hidden",
              !op && "order-2 lg:order-none",
            )}
          >
            <Navigation
              groups={document.groups}
              open={op}
              q={q}
              onSearch={(text) =>
                void navigate({
                  to: "/api-docs",
                  search: { ...(op ? { op } : {}), ...(text ? { q: text } : {}) },
                  replace: true,
                  resetScroll: false,
                })
              }
            />
          </div>
          <div className="grid min-w-0 content-start gap-4">
            {op ? (
              <Link
                to="/api-docs"
                search={q ? { q } : {}}
                className="inline-flex w-fit items-center gap-1.5 text-accent-text hover:underline lg:hidden"
              >
                <ArrowLeft aria-hidden="true" className="size-4" />
                {t("all")}
              </Link>
            ) : null}
            {operation ? (
              <OperationShown key={operation.id} operation={operation} before={all[at - 1]} after={all[at + 1]} />
            ) : op ? (
              <UnknownOperation />
            ) : (
              <Introduction />
            )}
          </div>
        </div>
      )}
    </Frame>
  );
}
