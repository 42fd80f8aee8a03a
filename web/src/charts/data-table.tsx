import { locale, useLanguage, useTexts } from "@/i18n";
import { Table, Td, Th } from "@/ui/table";
import { bucketName } from "./bucket";
import { texts } from "./texts";
import { type Series, say } from "./time-chart";

/** What a chart shows, as figures: newest first. */
export function DataTable({
  label,
  times,
  step,
  series,
  exact,
  height,
}: {
  label: string;
  times: readonly number[];
  step: number;
  series: readonly Series[];
  exact: (value: number) => string;
  height: number;
}) {
  const t = useTexts(texts);
  const here = locale(useLanguage());
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section aria-label={label} tabIndex={0} style={{ height }} className="overflow-auto rounded-md border">
      <Table className="text-xs">
        <thead>
          <tr>
            <Th className="sticky top-0 h-8 bg-surface">{t("time")}</Th>
            {series.map(({ name }) => (
              <Th key={name} className="sticky top-0 h-8 bg-surface text-right">
                {name}
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times
            .map((at, index) => (
              <tr key={at}>
                <Td className="figures h-7 whitespace-nowrap">{bucketName(at, step, here)}</Td>
                {series.map(({ name, values }) => (
                  <Td key={name} className="figures h-7 text-right">
                    {say(values[index], exact)}
                  </Td>
                ))}
              </tr>
            ))
            .toReversed()}
        </tbody>
      </Table>
    </section>
  );
}
