import { useState } from "react";
import { useTexts } from "@/i18n";
import { useMay } from "@/shell/access";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { toast } from "@/ui/toast";
import { purgeCache } from "./queries";
import { texts } from "./texts";

/** What can be done about the response cache as a whole: have it forget. */
export function ResponseCache() {
  const t = useTexts(texts);
  const mayPurge = useMay("models:write");
  const [asks, setAsks] = useState(false);
  return (
    <section className="flex flex-wrap items-center justify-between gap-3 border-t pt-5">
      <div className="grid gap-1">
        <h3 className="font-medium">{t("cache")}</h3>
        <p className="text-muted text-sm">{t("cacheText")}</p>
      </div>
      <Button disabled={!mayPurge} onClick={() => setAsks(true)}>
        {t("purge")}
      </Button>
      <Confirm
        open={asks}
        onOpenChange={setAsks}
        title={t("purgeTitle")}
        verb={t("purge")}
        onConfirm={async () => {
          const { purged } = await purgeCache();
          toast({ title: t("purged", { n: purged }) });
        }}
      >
        <p>{t("purgeText")}</p>
      </Confirm>
    </section>
  );
}
