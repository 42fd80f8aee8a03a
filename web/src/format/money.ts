/**
 * Money is a decimal string of US dollars. It is formatted from the string: a detour over a float would show digits that
 * were never booked. Only charts, which draw pixels, use `dollars()`.
 */
import { numberFormat } from "./number";

const DECIMAL = /^-?\d+(?:\.\d+)?$/;

/** Short: whole cents from a dollar up, up to four digits below it, two significant ones below a cent. */
export function shortMoney(amount: string, locale: string): string {
  if (!isDecimal(amount)) return amount;
  const size = Math.abs(Number(amount));
  const digits: Intl.NumberFormatOptions =
    size === 0 || size >= 1
      ? { minimumFractionDigits: 2, maximumFractionDigits: 2 }
      : size >= 0.01
        ? { minimumFractionDigits: 2, maximumFractionDigits: 4 }
        : { maximumSignificantDigits: 2 };
  return usd(locale, digits).format(amount);
}

/** For large figures, where there is room for few digits: amounts below a cent are just that. */
export function glanceMoney(amount: string, locale: string): string {
  const size = isDecimal(amount) ? Math.abs(Number(amount)) : 1;
  return size > 0 && size < 0.01 ? `<${shortMoney("0.01", locale)}` : shortMoney(amount, locale);
}

/** Every digit there is. */
export function exactMoney(amount: string, locale: string): string {
  if (!isDecimal(amount)) return amount;
  return usd(locale, { minimumFractionDigits: 2, maximumFractionDigits: 12 }).format(amount);
}

/** For drawing only. */
export function dollars(amount: string): number {
  return Number(amount);
}

/** Compares two amounts without rounding: negative, zero or positive. */
export function compareMoney(a: string, b: string): number {
  const difference = nano(a) - nano(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Adds amounts without rounding. */
export function addMoney(amounts: readonly string[]): string {
  const sum = amounts.reduce((total, amount) => total + nano(amount), 0n);
  const digits = (sum < 0n ? -sum : sum).toString().padStart(SCALE + 1, "0");
  const fraction = digits.slice(-SCALE).replace(/0+$/, "");
  return `${sum < 0n ? "-" : ""}${digits.slice(0, -SCALE)}${fraction ? `.${fraction}` : ""}`;
}

const SCALE = 12;

function nano(amount: string): bigint {
  if (!isDecimal(amount)) return 0n;
  const [whole = "0", fraction = ""] = amount.split(".");
  return BigInt(whole + fraction.slice(0, SCALE).padEnd(SCALE, "0"));
}

function usd(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  return numberFormat(locale, { style: "currency", currency: "USD", currencyDisplay: "narrowSymbol", ...options });
}

function isDecimal(amount: string): amount is `${number}` {
  return DECIMAL.test(amount);
}
