import { Link } from "@tanstack/react-router";
import { Lock } from "lucide-react";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { Empty } from "@/ui/empty";
import { Page } from "./page";
import type { Room } from "./rooms";
import { texts } from "./texts";

/** In place of a room whose address was typed in by somebody it has nothing for. */
export function NotAllowed({ room }: { room: Room }) {
  const t = useTexts(texts);
  return (
    <Page title={t(room.name)}>
      <Card>
        <Empty
          icon={Lock}
          title={t("noEntry")}
          text={t("notAllowed")}
          action={
            <Button asChild look="primary">
              <Link to="/">{t("backHome")}</Link>
            </Button>
          }
        />
      </Card>
    </Page>
  );
}
