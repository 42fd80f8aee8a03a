import { useBlocker } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type FieldValues, FormProvider } from "react-hook-form";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { cn } from "@/ui/cn";
import { Confirm } from "@/ui/confirm";
import { FormError } from "./form-error";
import { texts } from "./texts";
import type { ServerForm } from "./use-server-form";

interface FormShellProps<V extends FieldValues> {
  form: ServerForm<V>;
  /** The button's word: a verb. */
  submit: string;
  onCancel?: (() => void) | undefined;
  children: ReactNode;
  /** In a sheet the buttons stay at its foot while the fields scroll. */
  inSheet?: boolean;
  /** Off for a form without anything to lose, such as a sign-in. */
  guard?: boolean;
  /** Why it cannot be sent now. */
  blocked?: ReactNode;
  /** The button takes the whole width: for the few forms that are all there is on a page. */
  wide?: boolean;
}

/** The frame of every form: errors on top, fields, buttons, and a question before typed things are thrown away. */
export function FormShell<V extends FieldValues>({
  form,
  submit,
  onCancel,
  children,
  inSheet = false,
  guard = true,
  blocked,
  wide = false,
}: FormShellProps<V>) {
  const t = useTexts(texts);
  return (
    <FormProvider {...form.fields}>
      <form
        noValidate
        onSubmit={form.send}
        className={cn("grid gap-5", inSheet && "flex min-h-0 flex-1 flex-col gap-0")}
      >
        <div className={cn("grid min-w-0 content-start gap-5", inSheet && "min-h-0 flex-1 overflow-y-auto px-5 py-4")}>
          <FormError form={form} />
          {children}
        </div>
        <div className={cn("flex justify-end gap-2", inSheet && "border-t px-5 py-3")}>
          {onCancel ? <Button onClick={onCancel}>{t("cancel")}</Button> : null}
          <Button
            type="submit"
            look="primary"
            size={wide ? "lg" : "md"}
            busy={form.busy}
            blocked={blocked ?? (form.waits > 0 ? t("throttled") : undefined)}
            className={cn(wide && "flex-1")}
          >
            {submit}
          </Button>
        </div>
      </form>
      {guard ? <UnsavedGuard unsaved={form.unsaved} /> : null}
    </FormProvider>
  );
}

/** Also asks when the sheet of the form closes, since sheets are places in the address. */
function UnsavedGuard({ unsaved }: { unsaved: () => boolean }) {
  const t = useTexts(texts);
  const blocker = useBlocker({ shouldBlockFn: unsaved, enableBeforeUnload: unsaved, withResolver: true });
  return (
    <Confirm
      open={blocker.status === "blocked"}
      onOpenChange={(open) => !open && blocker.status === "blocked" && blocker.reset()}
      title={t("unsavedTitle")}
      verb={t("discard")}
      onConfirm={async () => blocker.status === "blocked" && blocker.proceed()}
    >
      <p>{t("unsavedText")}</p>
    </Confirm>
  );
}
