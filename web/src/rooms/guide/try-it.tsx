import { Link } from "@tanstack/react-router";
import { Play, ScrollText, Square } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Count, Duration } from "@/format";
import { type PlainKey, useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Card, CardBody, CardHeader } from "@/ui/card";
import { CopyText } from "@/ui/copy";
import { Field } from "@/ui/field";
import { Textarea } from "@/ui/input";
import { Note } from "@/ui/note";
import { Select } from "@/ui/select";
import { Spinner } from "@/ui/spinner";
import { FORMATS, type Format } from "./clients";
import { pathOf } from "./stream";
import { texts } from "./texts";
import { type Failure, type Trial, useTrial } from "./try";

const NAMES: Record<Format, PlainKey<typeof texts>> = {
  chat: "formatChat",
  messages: "formatMessages",
  responses: "formatResponses",
  gemini: "formatGemini",
};

interface TryItProps {
  url: string;
  /** Empty while there is none. */
  secret: string;
  model: string;
  /** The gateway says that the key may use the model. */
  listed: boolean;
  format: Format;
  onFormat: (format: Format) => void;
  /** The only other address that this page may call. */
  reachable: string | undefined;
}

/** A call straight from the browser to the gateway: what a client would do with the same values. */
export function TryIt({ url, secret, model, listed, format, onFormat, reachable }: TryItProps) {
  const t = useTexts(texts);
  const [prompt, setPrompt] = useState("");
  const { trial, start, stop } = useTrial();
  const running = trial?.state === "waiting" || trial?.state === "streaming";
  const blocked = why();

  function why(): string | undefined {
    if (secret === "") return t("needsKey");
    if (model === "") return t("needsModel");
    if (!isUrl(url)) return t("needsUrl");
    if (location.protocol === "https:" && url.startsWith("http:")) return t("mixed");
    const { origin } = new URL(url);
    if (origin !== location.origin && reachable !== undefined && origin !== new URL(reachable).origin) {
      return t("otherOrigin", { origin: new URL(reachable).origin });
    }
    return undefined;
  }

  return (
    <Card aria-label={t("tryIt")}>
      <CardHeader title={t("tryIt")} text={t("tryText")} />
      <CardBody>
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (!blocked && !running) void start({ url, key: secret, model, format, prompt: prompt || t("prompt") });
          }}
        >
          <Field label={t("format")} hint={<code className="wrap-anywhere">POST {pathOf(format, model)}</code>}>
            {(field) => (
              <Select
                {...field}
                value={format}
                onChange={onFormat}
                options={FORMATS.map((one) => ({
                  value: one,
                  label: t(NAMES[one]),
                }))}
              />
            )}
          </Field>
          <Field label={t("promptLabel")}>
            {(field) => (
              <Textarea
                {...field}
                value={prompt}
                placeholder={t("prompt")}
                onChange={(event) => setPrompt(event.target.value)}
                onKeyDown={(event) => {
                  if (event.key === "Enter" && (event.ctrlKey || event.metaKey))
                    event.currentTarget.form?.requestSubmit();
                }}
                className="min-h-16"
              />
            )}
          </Field>
          <div className="flex items-center gap-2">
            {running ? (
              // Elements of their own: one that turns into the other while it is pressed would send the form again.
              <Button key="stop" onClick={stop}>
                <Square />
                {t("stop")}
              </Button>
            ) : (
              <Button key="send" type="submit" look="primary" blocked={blocked}>
                <Play />
                {t("send")}
              </Button>
            )}
            {blocked ? <p className="text-muted text-xs">{blocked}</p> : null}
          </div>
        </form>
        {trial ? <Outcome trial={trial} listed={listed} /> : null}
      </CardBody>
    </Card>
  );
}

function Outcome({ trial, listed }: { trial: Trial; listed: boolean }) {
  const t = useTexts(texts);
  return (
    <section aria-label={t("answer")} className="mt-4 grid gap-3 border-t pt-4">
      {trial.state === "waiting" ? (
        <p role="status" className="flex items-center gap-2 text-muted">
          <Spinner />
          {t("waiting")}
        </p>
      ) : null}
      {trial.text ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <div tabIndex={0} className="max-h-72 overflow-y-auto rounded-lg bg-sunken px-3 py-2.5 text-base">
          <p data-testid="answer" className="whitespace-pre-wrap">
            {trial.text}
            {trial.state === "streaming" ? (
              <span
                aria-hidden="true"
                className="ml-0.5 inline-block h-4 w-1.5 animate-pulse bg-accent align-text-bottom"
              />
            ) : null}
          </p>
        </div>
      ) : trial.state === "done" ? (
        <Note>{t("noText")}</Note>
      ) : null}
      {trial.failure ? <Explained failure={trial.failure} listed={listed} /> : null}
      {trial.state === "stopped" ? <Note tone="warn">{t("stopped")}</Note> : null}
      <dl className="grid grid-cols-2 gap-x-4 gap-y-2 sm:grid-cols-4">
        <Figure name={t("firstToken")}>
          <Duration ms={trial.firstMs} />
        </Figure>
        <Figure name={t("total")}>
          <Duration ms={trial.totalMs} />
        </Figure>
        <Figure name={t("tokensIn")}>
          <Count value={trial.input} />
        </Figure>
        <Figure name={t("tokensOut")}>
          <Count value={trial.output} />
        </Figure>
      </dl>
      {trial.requestId ? (
        <div className="flex flex-wrap items-center justify-between gap-2 text-xs">
          <CopyText text={trial.requestId} className="text-muted" />
          {trial.totalMs !== undefined ? (
            <Button look="link" asChild>
              <Link to="/logs" search={{ open: trial.requestId }}>
                <ScrollText />
                {t("inLog")}
              </Link>
            </Button>
          ) : null}
        </div>
      ) : null}
    </section>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid gap-0.5">
      <dt className="text-muted text-xs">{name}</dt>
      <dd className="font-medium">{children}</dd>
    </div>
  );
}

const HTTP: Readonly<Record<number, { title: PlainKey<typeof texts>; help: PlainKey<typeof texts> }>> = {
  401: { title: "badKey", help: "badKeyHelp" },
  402: { title: "noBudget", help: "noBudgetHelp" },
  403: { title: "forbidden", help: "forbiddenHelp" },
  404: { title: "noModel", help: "noModelHelp" },
  429: { title: "limited", help: "limitedHelp" },
};
const BAD_REQUEST = { title: "badRequest", help: "badRequestHelp" } as const;
const NOT_UPSTREAM = { title: "notUpstream", help: "notUpstreamHelp" } as const;
const SERVER_SIDE = { title: "providerFailed", help: "providerFailedHelp" } as const;

/** What went wrong and what to do, and what the gateway said in its own words. */
function Explained({ failure, listed }: { failure: Failure; listed: boolean }) {
  const t = useTexts(texts);
  switch (failure.kind) {
    case "network":
      return (
        <Note tone="bad" title={t("unreachable")}>
          <p>{t("unreachableHelp")}</p>
        </Note>
      );
    case "cut":
      return (
        <Note tone="bad" title={t("cut")}>
          <p>{t("cutHelp")}</p>
        </Note>
      );
    case "mid_stream":
      return (
        <Note tone="bad" title={t("brokeOff")}>
          <p className="wrap-anywhere">{failure.message}</p>
        </Note>
      );
    case "http": {
      const { status } = failure;
      const usual = HTTP[status] ?? (status >= 500 ? SERVER_SIDE : BAD_REQUEST);
      const { title, help } = status === 404 && listed ? NOT_UPSTREAM : usual;
      return (
        <Note tone="bad" title={`${status} · ${t(title)}`}>
          <p>{t(help)}</p>
          {failure.retryAfterSecs ? <p>{t("retryAfter", { n: failure.retryAfterSecs })}</p> : null}
          {failure.message ? (
            <p className="wrap-anywhere">
              <code>{failure.message}</code>
            </p>
          ) : null}
        </Note>
      );
    }
  }
}

export function isUrl(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}
