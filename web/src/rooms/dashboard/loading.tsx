import { Card } from "@/ui/card";
import { Skeleton } from "@/ui/skeleton";

/** As high as what will be there: nothing jumps when it comes. */
export function Loading() {
  const figures = ["a", "b", "c", "d", "e", "f"];
  return (
    <div aria-busy="true" className="grid gap-4">
      <Card className="grid grid-cols-2 md:grid-cols-3 xl:grid-cols-6">
        {figures.map((figure) => (
          <div key={figure} className="grid h-34 content-start gap-2.5 px-4 pt-3.5">
            <Skeleton className="w-20" />
            <Skeleton className="h-7 w-24" />
            <Skeleton className="h-3 w-16" />
          </div>
        ))}
      </Card>
      <div className="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
        <Box className="h-[19.25rem] md:col-span-2" />
        <Box className="h-96 md:col-span-2 xl:col-span-1 xl:row-span-2 xl:h-auto" />
        <Box className="h-59" />
        <Box className="h-59" />
      </div>
    </div>
  );
}

function Box({ className }: { className: string }) {
  return (
    <Card className={className}>
      <Skeleton className="m-4 w-28" />
    </Card>
  );
}
