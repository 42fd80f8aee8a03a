/** Language and theme: also outside the shell, on the pages before sign-in. */
import { Languages, Monitor, Moon, Sun } from "lucide-react";
import { LANGUAGES, type Language, setLanguage, useLanguage, useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Menu, MenuContent, MenuRadio, MenuTrigger } from "@/ui/menu";
import { texts } from "./texts";
import { setTheme, type Theme, useTheme } from "./theme";

const LANGUAGE_OPTIONS = Object.entries(LANGUAGES).map(([value, label]) => ({ value: value as Language, label }));
const THEME_ICONS = { system: Monitor, light: Sun, dark: Moon } as const;

export function LanguageMenu() {
  const t = useTexts(texts);
  const language = useLanguage();
  return (
    <Menu modal={false}>
      <MenuTrigger asChild>
        <Button look="quiet" size="icon" aria-label={t("language")}>
          <Languages />
        </Button>
      </MenuTrigger>
      <MenuContent align="end" className="min-w-36">
        <MenuRadio value={language} onChange={setLanguage} options={LANGUAGE_OPTIONS} />
      </MenuContent>
    </Menu>
  );
}

export function ThemeMenu() {
  const t = useTexts(texts);
  const theme = useTheme();
  const Icon = THEME_ICONS[theme];
  return (
    <Menu modal={false}>
      <MenuTrigger asChild>
        <Button look="quiet" size="icon" aria-label={t("theme")}>
          <Icon />
        </Button>
      </MenuTrigger>
      <MenuContent align="end" className="min-w-36">
        <MenuRadio
          value={theme}
          onChange={setTheme}
          options={(["system", "light", "dark"] satisfies Theme[]).map((value) => ({ value, label: t(value) }))}
        />
      </MenuContent>
    </Menu>
  );
}
