import { Link } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Empty } from "@/ui/empty";
import { texts } from "./texts";

export function NotFound() {
  const t = useTexts(texts);
  return (
    <main className="grid min-h-[60vh] flex-1 place-items-center">
      <Empty
        icon={Compass}
        title={t("notFound")}
        text={t("notFoundText")}
        action={
          <Button asChild look="primary">
            <Link to="/">{t("backHome")}</Link>
          </Button>
        }
      />
    </main>
  );
}
