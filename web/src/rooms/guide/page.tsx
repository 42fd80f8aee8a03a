import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { z } from "zod";
import { type FreshKey, freshKey } from "@/api";
import { useTexts } from "@/i18n";
import { listPlace, useListPlace } from "@/list";
import { useMay } from "@/shell/access";
import { Page as Frame } from "@/shell/page";
import { Card } from "@/ui/card";
import { Tab, TabList, TabPanel, Tabs } from "@/ui/tabs";
import { bestModel, CLIENTS, type Client, FORMATS, plainUrl, smallModel } from "./clients";
import { addressQuery, ListRefused, modelsOfKeyQuery, modelsQuery } from "./queries";
import { Steps } from "./steps";
import { texts } from "./texts";
import { isUrl, TryIt } from "./try-it";
import { ValuesCard } from "./values";

const place = listPlace.extend({
  client: z.string().optional().catch(undefined),
  model: z.string().optional().catch(undefined),
  format: z.enum(FORMATS).optional().catch(undefined),
});

/** Shorter ones are still being typed. */
const WHOLE_KEY = /^tw-\w{40,}$/;
const FIRST = CLIENTS[0] as Client;

export function Page() {
  const t = useTexts(texts);
  const [here, go] = useListPlace(place);
  const client = CLIENTS.find((one) => one.id === here.client) ?? FIRST;

  const { data: detected } = useQuery(addressQuery);
  const [ownUrl, setOwnUrl] = useState<string>();
  const typedUrl = ownUrl ?? detected?.url ?? `${location.protocol}//${location.hostname}:3000`;
  const url = plainUrl(typedUrl);

  const [{ secret, made }, setKey] = useState<{ secret: string; made: FreshKey | undefined }>(() => {
    const fresh = freshKey();
    return { secret: fresh?.secret ?? "", made: fresh };
  });

  const whole = WHOLE_KEY.test(secret) && isUrl(url) && mayCall(url, detected?.url);
  const ofKey = useQuery({ ...modelsOfKeyQuery(url, secret), enabled: whole });
  const known = useQuery(modelsQuery(useMay("models:read")));
  const setUp = known.data ?? [];
  const models = (whole ? ofKey.data : undefined) ?? setUp;
  const model = here.model ?? bestModel(client, models, setUp);
  const refused = whole && ofKey.error instanceof ListRefused && ofKey.error.status === 401;

  const values = { url, key: secret || t("keyPlaceholder"), model, small: smallModel(model, models, setUp) };

  return (
    <Frame title={t("title")} text={t("text")}>
      <ValuesCard
        url={typedUrl}
        detected={detected}
        onUrl={setOwnUrl}
        secret={secret}
        made={made}
        onSecret={(next, fresh) => setKey({ secret: next, made: fresh })}
        keyError={refused ? t("keyRefused") : secret && !secret.startsWith("tw-") ? t("keyShape") : undefined}
        model={model}
        onModel={(next) => go({ model: next }, { replace: true })}
        models={models}
        modelsHint={whole && ofKey.data ? t("modelsOfKey", { n: ofKey.data.length }) : t("modelsKnown")}
        clientName={client.name}
      />
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_26rem]">
        <Card className="min-w-0 px-4 pt-1 pb-5">
          <Tabs value={client.id} onValueChange={(id) => go({ client: id, format: undefined }, { replace: true })}>
            <TabList aria-label={t("clients")}>
              {CLIENTS.map(({ id, name }) => (
                <Tab
                  key={id}
                  value={id}
                  // A link may lead to a tab that is beyond the edge of a phone.
                  ref={id === client.id ? reveal : undefined}
                >
                  {name}
                </Tab>
              ))}
            </TabList>
            <TabPanel value={client.id}>
              <Steps client={client} values={values} />
            </TabPanel>
          </Tabs>
        </Card>
        <div className="min-w-0 xl:sticky xl:top-6">
          <TryIt
            url={url}
            secret={secret}
            model={model}
            listed={whole && models.includes(model)}
            format={here.format ?? client.format}
            onFormat={(format) => go({ format }, { replace: true })}
            reachable={detected?.url}
          />
        </div>
      </div>
    </Frame>
  );
}

/** The policy of the page lets it call the gateway at the address the server knows, and the console itself. */
function mayCall(url: string, known: string | undefined): boolean {
  const { origin, protocol } = new URL(url);
  if (location.protocol === "https:" && protocol === "http:") return false;
  return origin === location.origin || (known !== undefined && origin === new URL(known).origin);
}

function reveal(tab: HTMLElement | null): void {
  tab?.scrollIntoView({ block: "nearest", inline: "nearest" });
}
