import { useTexts } from "@/i18n";
import { Page as Frame } from "@/shell/page";
import { Account } from "./account";
import { Limits } from "./limits";
import { Password } from "./password";
import { Preferences } from "./preferences";
import { Sessions } from "./sessions";
import { texts } from "./texts";

export function Page() {
  const t = useTexts(texts);
  return (
    <Frame title={t("title")} text={t("text")}>
      <div className="grid max-w-6xl items-start gap-5 xl:grid-cols-2">
        <div className="grid gap-5">
          <Account />
          <Password />
        </div>
        <div className="grid gap-5">
          <Limits />
          <Sessions />
          <Preferences />
        </div>
      </div>
    </Frame>
  );
}
