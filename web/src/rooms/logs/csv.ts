/** Calls as a table for a spreadsheet. */
import type { Call } from "./queries";

const COLUMNS = [
  "timestamp",
  "request_id",
  "outcome",
  "status_code",
  "error_class",
  "model",
  "provider",
  "upstream_model",
  "user_email",
  "user_id",
  "key_id",
  "key_name",
  "client",
  "endpoint",
  "stream",
  "input_tokens",
  "cache_read_tokens",
  "cache_write_5m_tokens",
  "cache_write_1h_tokens",
  "output_tokens",
  "reasoning_tokens",
  "usage_estimated",
  "cost_usd",
  "price_version",
  "duration_ms",
  "ttft_ms",
  "session_id",
  "trace_id",
  "upstream_request_id",
  "cost_center",
  "ip_address",
  "user_agent",
] as const satisfies readonly (keyof Call)[];

export function toCsv(calls: readonly Call[]): string {
  const lines = calls.map((call) => COLUMNS.map((column) => cell(call[column])).join(","));
  // With a mark, or a spreadsheet reads UTF-8 as something else.
  return `\uFEFF${[COLUMNS.join(","), ...lines].join("\r\n")}\r\n`;
}

/** What a spreadsheet would take for a formula; model names and user agents are given by clients. */
const FORMULA = /^[=+\-@\t\r]/;

export function cell(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "string") return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
