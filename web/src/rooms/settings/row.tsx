import { FormField, useFormFields } from "@/form";
import { useTexts } from "@/i18n";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Switch } from "@/ui/checkbox";
import { Input } from "@/ui/input";
import { Select } from "@/ui/select";
import { toast } from "@/ui/toast";
import { Tooltip } from "@/ui/tooltip";
import { change, type Setting } from "./queries";
import { texts } from "./texts";
import { fieldOf, type Values } from "./values";

/** A setting: its name, what it does, its value, and where that comes from. */
export function Row({ setting, readOnly }: { setting: Setting; readOnly: boolean }) {
  const t = useTexts(texts);
  const form = useFormFields<Values>();
  const fixed = readOnly || setting.source === "environment";
  const { default: preset, min, max } = setting;
  const bounds =
    setting.kind === "int"
      ? t("defaultWithin", { value: preset, min: String(min), max: String(max) })
      : t("default", { value: preset });
  return (
    <FormField
      form={form}
      name={fieldOf(setting.key)}
      label={<code className="font-mono text-sm">{setting.key}</code>}
      aside={<Marks setting={setting} />}
      hint={`${setting.help} ${bounds}`}
    >
      {({ value, onChange, ...field }) => (
        <div className="flex items-center gap-2">
          {setting.kind === "bool" ? (
            <Switch {...field} checked={value === true} onCheckedChange={onChange} disabled={fixed} />
          ) : setting.kind === "word" ? (
            <Select
              {...field}
              value={String(value)}
              onChange={onChange}
              disabled={fixed}
              className="w-56"
              options={setting.words.map((word) => ({ value: word, label: word }))}
            />
          ) : (
            <Input
              {...field}
              value={String(value)}
              onChange={onChange}
              inputMode="numeric"
              disabled={fixed}
              className="w-56 font-mono"
            />
          )}
          {setting.source === "store" && !readOnly ? (
            <Button
              look="quiet"
              aria-label={t("takeBackNamed", { name: setting.key })}
              onClick={async () => {
                await change({ [setting.key]: null });
                toast({ title: t("takenBack", { name: setting.key }) });
              }}
            >
              {t("takeBack")}
            </Button>
          ) : null}
        </div>
      )}
    </FormField>
  );
}

function Marks({ setting }: { setting: Setting }) {
  const t = useTexts(texts);
  return (
    <span className="flex flex-wrap justify-end gap-1">
      {setting.pending ? <Badge tone="warn">{t("pending")}</Badge> : null}
      {setting.applies === "at_start" && !setting.pending ? (
        <Tooltip text={t("at_startText")}>
          <Badge tabIndex={0}>{t("at_start")}</Badge>
        </Tooltip>
      ) : null}
      {setting.source === "environment" ? (
        <Tooltip text={t("byEnvironmentText")}>
          <Badge tone="accent" tabIndex={0}>
            {t("byEnvironment")}
          </Badge>
        </Tooltip>
      ) : null}
      {setting.source === "file" ? <Badge>{t("fromFile")}</Badge> : null}
      {setting.source === "store" ? <Badge tone="accent">{t("changedHere")}</Badge> : null}
    </span>
  );
}
