import type { Tone } from "@/ui/badge";
import { Badge } from "@/ui/badge";
import { cn } from "@/ui/cn";

const TONES: Readonly<Record<string, Tone>> = {
  GET: "accent",
  POST: "good",
  PUT: "warn",
  PATCH: "warn",
  DELETE: "bad",
};

export function Method({ method, className }: { method: string; className?: string }) {
  return (
    <Badge tone={TONES[method] ?? "neutral"} className={cn("justify-center font-mono font-semibold", className)}>
      {method === "DELETE" ? "DEL" : method}
    </Badge>
  );
}
