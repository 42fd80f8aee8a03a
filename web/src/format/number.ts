/** Numbers for people. Pure: the locale is an argument. Formatters are kept, since making one costs more than using it. */

const formatters = new Map<string, Intl.NumberFormat>();

export function numberFormat(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = locale + JSON.stringify(options);
  let format = formatters.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, options);
    formatters.set(key, format);
  }
  return format;
}

/** All digits, grouped: 1,234,567. */
export function exactNumber(value: number, locale: string): string {
  return numberFormat(locale, { maximumFractionDigits: 6 }).format(value);
}

/** Short: 1.2M. Below ten thousand nothing is gained by rounding. */
export function compactNumber(value: number, locale: string): string {
  if (Math.abs(value) < 10_000) return exactNumber(value, locale);
  return numberFormat(locale, { notation: "compact", maximumSignificantDigits: 3 }).format(value);
}

/** A share from 0 to 1. Small shares keep a digit, so that 0.3 % of errors does not read as none. */
export function percent(share: number, locale: string): string {
  const digits = share !== 0 && Math.abs(share) < 0.1 ? 2 : 1;
  return numberFormat(locale, { style: "percent", maximumFractionDigits: digits }).format(share);
}

export function bytes(value: number, locale: string): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const step = Math.min(units.length - 1, value > 0 ? Math.floor(Math.log10(value) / 3) : 0);
  return numberFormat(locale, {
    style: "unit",
    unit: units[step],
    unitDisplay: step === 0 ? "long" : "short",
    maximumFractionDigits: step === 0 ? 0 : 1,
  }).format(value / 1000 ** step);
}
