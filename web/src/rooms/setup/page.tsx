import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { useTexts } from "@/i18n";
import { Outside } from "@/shell/outside";
import { Button } from "@/ui/button";
import { Empty } from "@/ui/empty";
import { type Done, SetupForm } from "./form";
import { forgetSetup } from "./queries";
import { Ready } from "./ready";
import { texts } from "./texts";

export function Page() {
  const t = useTexts(texts);
  const [done, setDone] = useState<Done>();
  const [taken, setTaken] = useState(false);

  return (
    <Outside title={done ? t("readyTitle") : t("title")} text={t("tagline")} wide>
      {done ? (
        <Ready done={done} />
      ) : taken ? (
        <Empty
          icon={ShieldCheck}
          title={t("takenTitle")}
          text={t("takenText")}
          className="py-8"
          action={
            <Button look="primary" asChild>
              {/* A full load: everything this page believed of the server is old. */}
              <a href="/login" onClick={forgetSetup}>
                {t("signIn")}
              </a>
            </Button>
          }
        />
      ) : (
        <SetupForm onDone={setDone} onTaken={() => setTaken(true)} />
      )}
    </Outside>
  );
}
