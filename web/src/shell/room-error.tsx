import { useQueryErrorResetBoundary } from "@tanstack/react-query";
import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { CircleAlert } from "lucide-react";
import { ApiError, NetworkError } from "@/api";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { CopyText } from "@/ui/copy";
import { Empty } from "@/ui/empty";
import { texts } from "./texts";

/** A room that failed. The shell around it stays, so that the way out is one press away. */
export function RoomError({ error, reset }: ErrorComponentProps) {
  const t = useTexts(texts);
  const router = useRouter();
  const queries = useQueryErrorResetBoundary();
  // A new version of the server has no chunks of the old one.
  const outdated = /dynamically imported module|module script failed/i.test(String(error));

  function retry() {
    if (outdated) {
      location.reload();
      return;
    }
    queries.reset();
    reset();
    void router.invalidate();
  }

  return (
    <div role="alert" className="grid min-h-[60vh] flex-1 place-items-center">
      <Empty
        icon={CircleAlert}
        title={t("failed")}
        text={
          outdated ? (
            t("updated")
          ) : error instanceof NetworkError ? (
            t("unreachable")
          ) : error instanceof ApiError ? (
            <>
              {error.message}
              {error.requestId ? <CopyText text={error.requestId} className="mt-2 justify-center text-xs" /> : null}
            </>
          ) : (
            t("unexpected")
          )
        }
        action={
          <Button look="primary" onClick={retry}>
            {outdated ? t("reload") : t("tryAgain")}
          </Button>
        }
      />
    </div>
  );
}
