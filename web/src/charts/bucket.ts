/** The name of a bucket: "Nov 22, 09:15 – 09:30", or the day when it is as long as one. */
const DAY = 86_400;

export function bucketName(at: number, step: number, locale: string, timeZone?: string): string {
  const zone = timeZone ? { timeZone } : {};
  if (step >= DAY) return new Intl.DateTimeFormat(locale, { dateStyle: "full", ...zone }).format(at * 1000);
  const format = new Intl.DateTimeFormat(locale, {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    ...zone,
  });
  return format.formatRange(at * 1000, (at + step) * 1000);
}
