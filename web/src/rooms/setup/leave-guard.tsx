import { useBlocker } from "@tanstack/react-router";
import { useTexts } from "@/i18n";
import { Confirm } from "@/ui/confirm";
import { texts } from "./texts";

/** Asks before the wizard is left with something in it that is nowhere else. Its own steps are no leaving. */
export function LeaveGuard({
  leaves,
  title,
  text,
  verb,
}: {
  /** Whether something would be lost, asked at the moment of leaving. */
  leaves: () => boolean;
  title: string;
  text: string;
  verb: string;
}) {
  const t = useTexts(texts);
  const blocker = useBlocker({
    shouldBlockFn: ({ next }) => next.pathname !== "/setup" && leaves(),
    enableBeforeUnload: leaves,
    withResolver: true,
  });
  return (
    <Confirm
      open={blocker.status === "blocked"}
      onOpenChange={(open) => !open && blocker.status === "blocked" && blocker.reset()}
      title={title}
      verb={verb || t("leave")}
      onConfirm={async () => blocker.status === "blocked" && blocker.proceed()}
    >
      <p>{text}</p>
    </Confirm>
  );
}
