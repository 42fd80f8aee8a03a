import { Eye, EyeOff } from "lucide-react";
import { type ComponentProps, useState } from "react";
import { useTexts } from "@/i18n";
import { Button } from "./button";
import { cn } from "./cn";
import { Input } from "./input";
import { texts } from "./texts";

interface SecretFieldProps extends ComponentProps<"input"> {
  /** What the server shows of the stored secret. Leaving the field empty keeps it. */
  stored?: string | null | undefined;
}

/** A secret to be typed: hidden unless asked for, never filled in from the server. */
export function SecretField({ stored, className, placeholder, ...rest }: SecretFieldProps) {
  const t = useTexts(texts);
  const [shown, setShown] = useState(false);
  return (
    <div className="relative">
      <Input
        // Not `type=password`: password managers would offer to fill or keep what is not a sign-in.
        type="text"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        placeholder={stored ? t("keepsStored", { stored }) : placeholder}
        className={cn("pr-9 font-mono", !shown && "[-webkit-text-security:disc]", className)}
        {...rest}
      />
      <ShowButton shown={shown} onChange={setShown} />
    </div>
  );
}

function ShowButton({ shown, onChange }: { shown: boolean; onChange: (shown: boolean) => void }) {
  const t = useTexts(texts);
  return (
    <Button
      look="quiet"
      size="icon-sm"
      className="absolute top-0.5 right-0.5"
      aria-label={shown ? t("hide") : t("show")}
      aria-pressed={shown}
      onClick={() => onChange(!shown)}
    >
      {shown ? <EyeOff /> : <Eye />}
    </Button>
  );
}

/** A password of a sign-in: here the browser may help. */
export function PasswordField(props: ComponentProps<"input">) {
  const [shown, setShown] = useState(false);
  return (
    <div className="relative">
      <Input {...props} type={shown ? "text" : "password"} className={cn("pr-9", props.className)} />
      <ShowButton shown={shown} onChange={setShown} />
    </div>
  );
}
