import { useTexts } from "@/i18n";
import { Outside } from "@/shell/outside";
import { LoginForm } from "./form";
import { texts } from "./texts";

export function Page() {
  const t = useTexts(texts);
  return (
    <Outside title={t("title")} text={t("tagline")}>
      <LoginForm />
    </Outside>
  );
}
