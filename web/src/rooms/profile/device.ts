/** Names what signed in, from its User-Agent: enough to know one's own devices again. */
const BROWSERS = [
  ["Edge", /\bEdg(?:e|A|iOS)?\/(\d+)/],
  ["Opera", /\bOPR\/(\d+)/],
  ["Samsung Internet", /\bSamsungBrowser\/(\d+)/],
  ["Firefox", /\b(?:Firefox|FxiOS)\/(\d+)/],
  ["Chrome", /\b(?:Headless)?(?:Chrome|CriOS)\/(\d+)/],
  ["Safari", /\bVersion\/(\d+)[\d.]* (?:Mobile\/\S+ )?Safari\//],
] as const;

const SYSTEMS = [
  ["iPhone", /\biPhone\b/],
  ["iPad", /\biPad\b/],
  ["Android", /\bAndroid\b/],
  ["ChromeOS", /\bCrOS\b/],
  ["Windows", /\bWindows\b/],
  ["macOS", /\bMac OS X\b/],
  ["Linux", /\bLinux\b/],
] as const;

export interface Device {
  /** "Firefox 132", or the program by its own name: "curl 8.9.1". */
  program: string;
  system: string | undefined;
  kind: "computer" | "phone" | "program";
}

export function deviceOf(userAgent: string): Device {
  const system = SYSTEMS.find(([, looks]) => looks.test(userAgent))?.[0];
  for (const [name, looks] of BROWSERS) {
    const version = looks.exec(userAgent)?.[1];
    if (version === undefined) continue;
    const phone = system === "iPhone" || system === "iPad" || system === "Android";
    return { program: `${name} ${version}`, system, kind: phone ? "phone" : "computer" };
  }
  const [, name, version] = /^([\w.-]+)(?:\/(\S+))?/.exec(userAgent) ?? [];
  return { program: [name, version].filter(Boolean).join(" "), system, kind: "program" };
}
