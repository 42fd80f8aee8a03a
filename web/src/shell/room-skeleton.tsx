import { useTexts } from "@/i18n";
import { Skeleton } from "@/ui/skeleton";
import { texts } from "./texts";

/** While the chunk of a room is on its way. */
export function RoomSkeleton() {
  const t = useTexts(texts);
  return (
    <div className="mx-auto grid w-full max-w-[100rem] gap-5 p-4 sm:p-6" role="status" aria-label={t("loading")}>
      <Skeleton className="h-6 w-44" />
      <Skeleton className="h-8 w-full max-w-sm" />
      <div className="grid gap-2">
        {["w-full", "w-full", "w-11/12", "w-full", "w-10/12"].map((width, index) => (
          <Skeleton key={index} className={`h-9 ${width}`} />
        ))}
      </div>
    </div>
  );
}
