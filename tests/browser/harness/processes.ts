/** Programs that a test starts, each with its output in a file, all ended with it. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Ports that nobody listens on now; asked for together, so that they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((done) => server.listen(0, "127.0.0.1", () => done(server)));
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

export class Program {
  private readonly child: ChildProcess;
  private readonly output: string;

  constructor(
    private readonly name: string,
    command: string[],
    folder: string,
    environment: NodeJS.ProcessEnv,
  ) {
    this.output = join(folder, `${name}.out`);
    const out = openSync(this.output, "a");
    const [file = "", ...args] = command;
    this.child = spawn(file, args, { cwd: folder, env: environment, stdio: ["ignore", out, out] });
    closeSync(out);
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** What it said last. */
  tail(lines = 30): string {
    return readFileSync(this.output, "utf8").split("\n").slice(-lines).join("\n");
  }

  /** Until the address answers 200. */
  async ready(url: string, seconds = 30): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (Date.now() < deadline) {
      if (this.ended) throw new Error(`${this.name} ended with code ${this.child.exitCode}:\n${this.tail()}`);
      const answer = await fetch(url, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
      await answer?.body?.cancel();
      if (answer?.status === 200) return;
      await sleep(30);
    }
    throw new Error(`${this.name} was not ready at ${url} after ${seconds} s:\n${this.tail()}`);
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (this.ended) return;
    const ended = new Promise((done) => this.child.once("exit", done));
    this.child.kill(signal);
    const patience = setTimeout(() => this.child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(patience);
  }
}
