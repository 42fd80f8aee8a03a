/**
 * Whatever goes wrong in a page fails the test that had it open, also where nobody looked: errors in the console,
 * uncaught exceptions, violations of the content security policy. A test that provokes one says so beforehand.
 */
import type { BrowserContext, ConsoleMessage, Page } from "@playwright/test";

export class Watch {
  private readonly seen: string[] = [];
  private readonly allowed: RegExp[] = [];
  private resting = false;

  /** Watches every page of a context from its first script on. */
  async over(context: BrowserContext): Promise<void> {
    context.on("page", (page) => this.follow(page));
    context.on("weberror", (error) => {
      this.note(`uncaught: ${error.error().stack ?? error.error()}`);
    });
    await context.exposeBinding("__reportViolation", (_, told: string) => this.note(`policy: ${told}`));
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        const told = `${event.violatedDirective} blocked ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber}`;
        (window as unknown as { __reportViolation(told: string): void }).__reportViolation(told);
      });
    });
  }

  private follow(page: Page): void {
    page.on("console", (message) => this.read(message));
    page.on("crash", () => this.note("the page crashed"));
  }

  private read(message: ConsoleMessage): void {
    // What a browser thinks of the page's own code is a warning ("[Deprecation]", "preloaded but not used").
    if (message.type() === "error") this.note(`console: ${message.text()} (${message.location().url})`);
  }

  private note(what: string): void {
    if (!this.resting) this.seen.push(what);
  }

  /** The test is over, and its servers go away under pages that are still open. */
  rest(): void {
    this.resting = true;
  }

  /** From here to the end of the test. */
  allow(...patterns: RegExp[]): void {
    this.allowed.push(...patterns);
  }

  /** Chromium writes every answer of 400 and above into the console: allow those that the test provokes. */
  allowStatus(status: number, path = ""): void {
    this.allow(new RegExp(`status of ${status} .*${path.replace(/[.*+?^$(){}|[\]\\]/g, "\\$&")}`));
  }

  /** Requests that get no answer because the test took the server or the network away. */
  allowLost(): void {
    this.allow(/net::ERR_/, /Failed to fetch dynamically imported module/);
  }

  /** What was seen and not allowed. */
  faults(): string[] {
    return this.seen.filter((one) => !this.allowed.some((pattern) => pattern.test(one)));
  }
}
