import { useQuery } from "@tanstack/react-query";
import { Send, Square } from "lucide-react";
import { useRef, useState } from "react";
import { Duration, Money, Tokens } from "@/format";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { CodeBlock } from "@/ui/code";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { Note } from "@/ui/note";
import { Select } from "@/ui/select";
import { Tab, TabList, TabPanel, Tabs } from "@/ui/tabs";
import { AskError, ask, curl, UnreachableError } from "./ask";
import { chatModels, typeOf } from "./provider-types";
import { callQuery, gatewayQuery, type Provider, remoteModelsQuery, routeModel } from "./queries";
import { StepHeading } from "./step-heading";
import { texts } from "./texts";

type Answer = { text: string; state: "streaming" | "done" | "failed"; error?: string; requestId?: string | undefined };

/** A call right here, or to be pasted into a terminal: the same one. */
export function FirstCall({ provider, secret }: { provider: Provider; secret: string | undefined }) {
  const t = useTexts(texts);
  const type = typeOf(provider.provider_type);
  const { data: remote, isPending: listing } = useQuery(remoteModelsQuery(provider.id));
  const { data: address } = useQuery(gatewayQuery);
  const [chosen, choose] = useState<string>();
  const [prompt, setPrompt] = useState<string>();
  const [answer, setAnswer] = useState<Answer>();
  const stop = useRef<AbortController>(undefined);

  const models = type.namesTyped ? [] : chatModels(remote?.map(({ id }) => id) ?? [], type);
  // Until the list is there nothing is guessed: the provider may not have what is usual.
  const model = chosen ?? (listing ? "" : (models[0] ?? type.favourites[0] ?? ""));
  const question = prompt ?? t("prompt");
  const busy = answer?.state === "streaming";
  const routed = remote?.find(({ id }) => id === model)?.routed === true;

  async function send() {
    if (!secret || !address || busy || model === "") return;
    const controller = new AbortController();
    stop.current = controller;
    setAnswer({ text: "", state: "streaming" });
    let text = "";
    try {
      if (type.needsModels && !routed) await routeModel(provider.id, model);
      const requestId = await ask({
        gateway: address.url,
        secret,
        model,
        prompt: question,
        signal: controller.signal,
        onText: (more) => {
          text += more;
          setAnswer({ text, state: "streaming" });
        },
      });
      setAnswer({ text, state: "done", requestId });
    } catch (cause) {
      if (controller.signal.aborted) setAnswer({ text, state: "done" });
      else if (cause instanceof UnreachableError)
        setAnswer({ text, state: "failed", error: t("gatewayUnreachable", { url: address.url }) });
      else
        setAnswer({
          text,
          state: "failed",
          error: (cause as Error).message,
          requestId: cause instanceof AskError ? cause.requestId : undefined,
        });
    }
  }

  return (
    <section className="grid gap-3">
      <StepHeading title={t("firstCall")} text={t("firstCallText")} />
      <Tabs defaultValue="here">
        <TabList aria-label={t("firstCall")}>
          <Tab value="here">{t("tryHere")}</Tab>
          <Tab value="curl">curl</Tab>
        </TabList>
        <TabPanel value="here">
          <form
            className="grid gap-4"
            onSubmit={(event) => {
              event.preventDefault();
              void send();
            }}
          >
            <div className="grid gap-4">
              <Field
                label={t("model")}
                hint={
                  type.needsModels && !routed && model
                    ? t("willBeRouted")
                    : type.namesTyped
                      ? t("deploymentName")
                      : undefined
                }
              >
                {(control) =>
                  models.length > 0 ? (
                    <Select
                      {...control}
                      value={model}
                      onChange={choose}
                      options={models.map((id) => ({ value: id, label: id }))}
                    />
                  ) : (
                    <Input
                      {...control}
                      value={model}
                      onChange={(event) => choose(event.target.value)}
                      spellCheck={false}
                      className="font-mono"
                    />
                  )
                }
              </Field>
              <Field label={t("question")}>
                {(control) => (
                  <div className="flex gap-2">
                    <Input {...control} value={question} onChange={(event) => setPrompt(event.target.value)} />
                    {busy ? (
                      <Button onClick={() => stop.current?.abort()}>
                        <Square />
                        {t("stop")}
                      </Button>
                    ) : (
                      <Button
                        type="submit"
                        look="primary"
                        busy={listing}
                        blocked={!secret ? t("needsKey") : model === "" ? t("needsModel") : undefined}
                      >
                        <Send />
                        {t("send")}
                      </Button>
                    )}
                  </div>
                )}
              </Field>
            </div>
            {answer ? <AnswerShown answer={answer} /> : null}
          </form>
        </TabPanel>
        <TabPanel value="curl">
          <CodeBlock
            label={t("terminal")}
            code={curl(address?.url ?? "", secret ?? "$THINKWATCH_API_KEY", model || t("modelName"), question)}
          />
        </TabPanel>
      </Tabs>
    </section>
  );
}

function AnswerShown({ answer }: { answer: Answer }) {
  const t = useTexts(texts);
  const { text, state, error, requestId } = answer;
  return (
    <div className="grid gap-3">
      {text !== "" || state === "streaming" ? (
        <div
          aria-live="polite"
          aria-busy={state === "streaming"}
          className="max-h-72 overflow-y-auto rounded-lg border bg-sunken p-3"
        >
          <p data-testid="answer" className="whitespace-pre-wrap text-base">
            {text}
            {state === "streaming" ? (
              <span
                aria-hidden="true"
                className="ml-0.5 inline-block h-4 w-1.5 animate-pulse bg-accent align-text-bottom"
              />
            ) : null}
          </p>
        </div>
      ) : null}
      {error ? (
        <Note tone="bad" title={t("callFailed")}>
          <p className="wrap-anywhere">{error}</p>
        </Note>
      ) : null}
      {state === "done" && requestId ? <Receipt requestId={requestId} /> : null}
    </div>
  );
}

/** What the gateway wrote down of the call: this is what it is for. */
function Receipt({ requestId }: { requestId: string }) {
  const t = useTexts(texts);
  const { data: call, error } = useQuery(callQuery(requestId));
  if (error) return null;
  if (!call) return <p className="text-muted">{t("beingRecorded")}</p>;
  const facts = [
    [t("cost"), call.price_version ? <Money key="cost" value={call.cost_usd} /> : t("noPrice")],
    [t("tokensIn"), <Tokens key="in" value={call.input_tokens} />],
    [t("tokensOut"), <Tokens key="out" value={call.output_tokens} />],
    [t("firstToken"), <Duration key="first" ms={call.ttft_ms} />],
    [t("total"), <Duration key="total" ms={call.duration_ms} />],
  ] as const;
  return (
    <dl data-testid="receipt" className="flex flex-wrap gap-x-6 gap-y-2">
      {facts.map(([name, value]) => (
        <div key={name} className="grid">
          <dt className="text-muted text-xs">{name}</dt>
          <dd className="font-semibold text-base">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
