import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api, data, type Me, meQuery } from "@/api";
import { signedIn, signedOut, useSession } from "@/api/session";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { Note } from "@/ui/note";
import { PasswordField } from "@/ui/secret";
import { texts } from "./texts";

/** Asks for the password over whatever was being done. The requests that got a 401 wait, and go out again afterwards. */
export function SessionExpired() {
  const t = useTexts(texts);
  const expired = useSession() === "expired";
  const me = useQueryClient().getQueryData<Me>(meQuery.queryKey);

  function leave() {
    signedOut();
    // A full load: nothing of one person's session may be left when the next signs in.
    location.assign("/login");
  }

  return (
    <Dialog
      open={expired}
      // Closing it would leave a page that looks alive and is not; the two ways out are inside.
      onOpenChange={() => undefined}
      closable={false}
      title={t("expiredTitle")}
      text={t("expiredText")}
    >
      <SignInAgain email={me?.email ?? ""} onLeave={leave} />
    </Dialog>
  );
}

function SignInAgain({ email, onLeave }: { email: string; onLeave: () => void }) {
  const t = useTexts(texts);
  const password = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();

  async function signIn() {
    setBusy(true);
    setError(undefined);
    try {
      await data(api.POST("/api/auth/login", { body: { email, password: password.current?.value ?? "" } }));
      signedIn();
    } catch (cause) {
      setError((cause as Error).message);
      password.current?.select();
    } finally {
      setBusy(false);
    }
  }

  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        // The dialog may stand over a form, to which React would bubble this event.
        event.stopPropagation();
        void signIn();
      }}
    >
      {error ? <Note tone="bad">{error}</Note> : null}
      <input type="email" name="email" autoComplete="username" value={email} readOnly hidden />
      <Field label={t("password")} aside={email}>
        {(control) => <PasswordField {...control} ref={password} autoComplete="current-password" required />}
      </Field>
      <div className="flex flex-wrap-reverse justify-between gap-2">
        <Button look="quiet" onClick={onLeave}>
          {t("somebodyElse")}
        </Button>
        <Button type="submit" look="primary" busy={busy}>
          {t("signIn")}
        </Button>
      </div>
    </form>
  );
}
