import type { ReactNode } from "react";

export function StepHeading({ title, text }: { title: ReactNode; text: ReactNode }) {
  return (
    <div className="grid gap-0.5">
      <h2 className="font-semibold text-lg">{title}</h2>
      <p className="text-base text-muted">{text}</p>
    </div>
  );
}
