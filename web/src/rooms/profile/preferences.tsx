import { Monitor, Moon, Sun } from "lucide-react";
import { ToggleGroup } from "radix-ui";
import type { ReactNode } from "react";
import { LANGUAGES, type Language, setLanguage, useLanguage, useTexts } from "@/i18n";
import { setTheme, type Theme, useTheme } from "@/shell/theme";
import { Card, CardBody, CardHeader } from "@/ui/card";
import { texts } from "./texts";

export function Preferences() {
  const t = useTexts(texts);
  return (
    <Card>
      <CardHeader title={t("preferences")} text={t("preferencesText")} />
      <CardBody className="grid gap-5">
        <Choices
          label={t("language")}
          value={useLanguage()}
          onChange={setLanguage}
          options={(Object.keys(LANGUAGES) as Language[]).map((value) => ({
            value,
            label: <span lang={value}>{LANGUAGES[value]}</span>,
          }))}
        />
        <Choices<Theme>
          label={t("theme")}
          value={useTheme()}
          onChange={setTheme}
          options={[
            { value: "system", label: t("system"), icon: <Monitor /> },
            { value: "light", label: t("light"), icon: <Sun /> },
            { value: "dark", label: t("dark"), icon: <Moon /> },
          ]}
        />
      </CardBody>
    </Card>
  );
}

function Choices<V extends string>({
  label,
  value,
  onChange,
  options,
}: {
  label: string;
  value: V;
  onChange: (value: V) => void;
  options: readonly { value: V; label: ReactNode; icon?: ReactNode }[];
}) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
      <span className="font-medium">{label}</span>
      <ToggleGroup.Root
        type="single"
        aria-label={label}
        value={value}
        // Pressing the chosen one again would choose none.
        onValueChange={(next) => next && onChange(next as V)}
        className="flex rounded-lg border bg-sunken p-0.5"
      >
        {options.map((option) => (
          <ToggleGroup.Item
            key={option.value}
            value={option.value}
            className="flex h-7 items-center gap-1.5 rounded-md px-2.5 font-medium text-muted hover:text-ink data-[state=on]:bg-surface data-[state=on]:text-ink data-[state=on]:shadow-sm [&_svg]:size-4"
          >
            {option.icon}
            {option.label}
          </ToggleGroup.Item>
        ))}
      </ToggleGroup.Root>
    </div>
  );
}
