import { WifiOff } from "lucide-react";
import { probe, useConnection } from "@/api/connection";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { texts } from "./texts";

export function OfflineBanner() {
  const t = useTexts(texts);
  if (useConnection() === "up") return null;
  return (
    <div role="status" className="flex items-center gap-2.5 border-b bg-warn-soft px-4 py-1.5 text-warn-text">
      <WifiOff aria-hidden="true" className="size-4 shrink-0" />
      <span className="flex-1">{t("lost")}</span>
      <Button size="sm" onClick={() => void probe()}>
        {t("tryNow")}
      </Button>
    </div>
  );
}
