import { useTexts } from "@/i18n";
import { LimitsOf } from "@/rooms/limits/of-subject";
import { useMe } from "@/shell/access";
import { Card, CardBody, CardHeader } from "@/ui/card";
import { texts } from "./texts";

/** What the person may use, over all keys. */
export function Limits() {
  const t = useTexts(texts);
  return (
    <Card>
      <CardHeader title={t("limits")} />
      <CardBody>
        <LimitsOf kind="user" id={useMe().id} title={t("limits")} />
      </CardBody>
    </Card>
  );
}
