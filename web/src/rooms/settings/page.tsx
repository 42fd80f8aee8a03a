import { useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import { queryClient } from "@/api";
import { FormShell, useServerForm } from "@/form";
import { useTexts } from "@/i18n";
import { useMay } from "@/shell/access";
import { Page as Frame } from "@/shell/page";
import { Card, CardBody } from "@/ui/card";
import { Note } from "@/ui/note";
import { Tab, TabList, TabPanel, Tabs } from "@/ui/tabs";
import { toast } from "@/ui/toast";
import { change, type Setting, settingsQuery } from "./queries";
import { ResponseCache } from "./response-cache";
import { Row } from "./row";
import { texts } from "./texts";
import { changes, fieldOf, schemaOf, TABS, type TabName, valuesOf } from "./values";

export function Page() {
  const t = useTexts(texts);
  const { value, etag } = useSuspenseQuery(settingsQuery).data;
  const [tab, setTab] = useState<TabName>("general");
  return (
    <Frame title={t("title")} text={t("text")}>
      {/* What was saved, here or elsewhere, is what the form begins with. */}
      <SettingsForm key={etag} settings={value.items} etag={etag} tab={tab} onTab={setTab} />
    </Frame>
  );
}

interface SettingsFormProps {
  settings: readonly Setting[];
  etag: string | undefined;
  tab: TabName;
  onTab: (tab: TabName) => void;
}

function SettingsForm({ settings, etag, tab, onTab }: SettingsFormProps) {
  const t = useTexts(texts);
  const mayWrite = useMay("settings:write");
  const form = useServerForm({
    schema: schemaOf(settings, ({ min, max }) => t("range", { min: String(min), max: String(max) })),
    defaults: valuesOf(settings),
    submit: (values, etag) => change(changes(settings, values), etag),
    onDone: () => toast({ title: t("saved"), text: t("savedText") }),
    etag,
    onReload: () => queryClient.invalidateQueries({ queryKey: settingsQuery.queryKey }),
    fieldNames: Object.fromEntries(settings.map(({ key }) => [key, fieldOf(key)])),
  });
  const { isDirty, errors } = form.fields.formState;
  const rows = (name: TabName) => settings.filter((one) => one.tab === name);
  const faulty = (name: TabName) => rows(name).some(({ key }) => errors[fieldOf(key)]);
  const blocked = mayWrite ? (isDirty ? undefined : t("unchanged")) : t("readOnly");
  return (
    <FormShell form={form} submit={t("save")} blocked={blocked}>
      {mayWrite ? null : <Note>{t("readOnly")}</Note>}
      <Tabs value={tab} onValueChange={(next) => onTab(next as TabName)} className="min-w-0">
        <TabList aria-label={t("title")}>
          {TABS.map((name) => (
            <Tab key={name} value={name}>
              {t(name)}
              {faulty(name) ? <span className="text-bad-text"> !</span> : null}
            </Tab>
          ))}
        </TabList>
        {TABS.map((name) => (
          <TabPanel key={name} value={name}>
            <Card>
              <CardBody className="grid gap-6">
                {rows(name).map((one) => (
                  <Row key={one.key} setting={one} readOnly={!mayWrite} />
                ))}
                {name === "gateway" ? <ResponseCache /> : null}
                {rows(name).length === 0 ? <p className="text-muted">{t("nothing")}</p> : null}
              </CardBody>
            </Card>
          </TabPanel>
        ))}
      </Tabs>
    </FormShell>
  );
}
