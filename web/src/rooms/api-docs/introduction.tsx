import { Link } from "@tanstack/react-router";
import { FileQuestion } from "lucide-react";
import type { ReactNode } from "react";
import { useTexts } from "@/i18n";
import { CodeBlock } from "@/ui/code";
import { CopyText } from "@/ui/copy";
import { Empty } from "@/ui/empty";
import { Prose } from "./prose";
import { texts } from "./texts";

/** What holds for every operation: said once, before the first is read. */
export function Introduction() {
  const t = useTexts(texts);
  const signIn = [
    `TOKEN=$(curl -s '${location.origin}/api/auth/login' \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '{"email": "you@example.com", "password": "…"}' | jq -r .access_token)`,
    "",
    `curl '${location.origin}/api/auth/me' -H "Authorization: Bearer $TOKEN"`,
  ].join("\n");
  return (
    <article className="grid min-w-0 max-w-3xl gap-6">
      <Part title={t("address")}>
        <CopyText text={location.origin} />
        <p className="text-muted">
          {t("addressText")}{" "}
          <Link to="/gateway/guide" className="text-accent-text underline underline-offset-4">
            {t("guide")}
          </Link>
        </p>
      </Part>
      <Part title={t("signIn")}>
        <p className="text-muted">
          <Prose text={t("signInText")} />
        </p>
        <CodeBlock label="curl" code={signIn} />
      </Part>
      <Part title={t("conventions")}>
        <ul className="grid list-disc gap-1.5 pl-4 text-muted marker:text-line-strong">
          {(["convValues", "convPages", "convEdits", "convErrors", "convLimits"] as const).map((key) => (
            <li key={key}>
              <Prose text={t(key)} />
            </li>
          ))}
        </ul>
      </Part>
    </article>
  );
}

export function UnknownOperation() {
  const t = useTexts(texts);
  return <Empty icon={FileQuestion} title={t("unknown")} text={t("unknownText")} />;
}

function Part({ title, children }: { title: ReactNode; children: ReactNode }) {
  return (
    <section className="grid min-w-0 gap-2">
      <h2 className="font-semibold text-base">{title}</h2>
      {children}
    </section>
  );
}
