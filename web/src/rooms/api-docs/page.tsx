import { Sprout } from "lucide-react";
import { useTexts } from "@/i18n";
import { Page as Frame } from "@/shell/page";
import { Card } from "@/ui/card";
import { Empty } from "@/ui/empty";
import { texts } from "./texts";

export function Page() {
  const t = useTexts(texts);
  return (
    <Frame title={t("title")}>
      <Card>
        <Empty icon={Sprout} title={t("empty")} />
      </Card>
    </Frame>
  );
}
