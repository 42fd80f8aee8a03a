/** A real server with a data directory of its own, and the strict simulated provider that it calls. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Api } from "./api.ts";
import { freePorts, Program } from "./processes.ts";

export const ADMIN = { email: "admin@example.org", display_name: "Ada Admin", password: "Correct-Horse-7" };
/** What the simulated provider takes, and nothing else. */
export const OPENAI_KEY = "sk-sim-openai";
export const ANTHROPIC_KEY = "sk-ant-sim";
/** A model with a price, on a provider of its own type. */
export const MODEL = "house-mini";

export interface StartOptions {
  /** `false`: nothing is set up; the browser is met by the setup wizard. */
  setUp?: boolean;
  /** Rows of the request log made up before the start, evenly over `logDays` days until now. */
  logRows?: number;
  logDays?: number;
  /** Further environment of the server, such as `AUTH_JWT_ACCESS_TTL_SECS`; `<simulator>` stands for its address. */
  environment?: Record<string, string>;
  /** Further configuration of the simulator: `{ delay_ms: 50 }`. */
  simulator?: Record<string, unknown>;
}

const web = resolve(import.meta.dirname, "../../../web/dist");

function binaries(): string {
  const target = process.env.CARGO_TARGET_DIR ?? join(homedir(), ".cache/thinkwatch/target");
  return process.env.TW_TEST_BINARIES ?? join(target, "debug");
}

export class Server {
  readonly folder = mkdtempSync(join(tmpdir(), "thinkwatch-browser-"));
  /** Addresses without a slash at the end. */
  gateway = "";
  console = "";
  simulator = "";
  /** Calls the console's API as the first administrator. */
  api = new Api("");
  /** The key that the set-up made. */
  key = "";
  private programs: Program[] = [];
  private program: Program | undefined;
  private environment: NodeJS.ProcessEnv = {};

  private constructor(private readonly options: StartOptions) {}

  static async start(options: StartOptions = {}): Promise<Server> {
    const server = new Server(options);
    try {
      await server.begin();
    } catch (error) {
      await server.end();
      throw error;
    }
    return server;
  }

  private async begin(): Promise<void> {
    const [gateway = 0, console = 0, simulator = 0] = await freePorts(3);
    this.gateway = `http://127.0.0.1:${gateway}`;
    this.console = `http://127.0.0.1:${console}`;
    this.simulator = `http://127.0.0.1:${simulator}`;
    this.api = new Api(this.console);
    // Nothing of the developer's own settings may reach what is tested.
    const { PATH, HOME, LANG } = process.env;
    this.environment = {
      PATH,
      HOME,
      LANG,
      THINKWATCH_DATA_DIR: join(this.folder, "data"),
      SERVER_HOST: "127.0.0.1",
      GATEWAY_PORT: String(gateway),
      CONSOLE_PORT: String(console),
      ...Object.fromEntries(
        Object.entries(this.options.environment ?? {}).map(([name, value]) => [
          name,
          value.replace("<simulator>", this.simulator),
        ]),
      ),
    };
    const config = join(this.folder, "simulator.json");
    const told = { addr: `127.0.0.1:${simulator}`, openai_key: OPENAI_KEY, anthropic_key: ANTHROPIC_KEY };
    writeFileSync(config, JSON.stringify({ ...told, ...this.options.simulator }));
    const provider = this.run("simulator", [join(binaries(), "thinkwatch-simulator"), "--config", config]);
    const { logRows = 0, logDays = 7 } = this.options;
    if (logRows > 0) {
      const end = String(Math.floor(Date.now() / 1000));
      const fill = [join(this.folder, "data/logs"), String(logRows), "1000", String(logDays), end];
      execFileSync(join(binaries(), "examples/fill"), fill, { stdio: ["ignore", "ignore", "inherit"] });
    }
    await Promise.all([provider.ready(`${this.simulator}/_sim/stats`), this.go()]);
    if (this.options.setUp !== false) await this.setUp();
  }

  private run(name: string, command: string[]): Program {
    const program = new Program(name, command, this.folder, this.environment);
    this.programs.push(program);
    return program;
  }

  /** Starts the server; after `halt`, once more on the same data and ports. */
  async go(): Promise<void> {
    this.program = this.run("server", [...mounted(), join(binaries(), "thinkwatch"), "serve"]);
    await this.program.ready(`${this.gateway}/health/ready`);
  }

  /** Stops the server and keeps its data. */
  async halt(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    await this.program?.stop(signal);
  }

  private async setUp(): Promise<void> {
    const made = await this.api.post<{ api_key: { key: string } }>("/api/setup/initialize", {
      admin: ADMIN,
      site_name: "Tests",
      provider: this.provider("openai", "openai"),
      api_key: { name: "first key" },
    });
    this.key = made.api_key.key;
    await this.api.signIn(ADMIN);
    await this.api.post("/api/admin/providers", this.provider("anthropic", "anthropic"));
    await this.api.post("/api/admin/models", {
      model_id: MODEL,
      routes: [{ provider: "openai", upstream_model: "gpt-sim" }],
      // Odd on purpose: sums that fit by chance are rare.
      prices: { input: "1.37", output: "7.91", cache_read: "0.13" },
    });
  }

  /** A provider that leads to the simulator, as the API takes it. */
  provider(name: string, type: "openai" | "anthropic", more: Record<string, unknown> = {}) {
    const key = type === "openai" ? OPENAI_KEY : ANTHROPIC_KEY;
    const common = { base_url: this.simulator, api_key: key, allow_private_network: true };
    return { name, display_name: name, provider_type: type, ...common, ...more };
  }

  /** Makes the provider fail: the next `count` calls, of a model or of all. Kinds: crates/simulator/src/fault.rs. */
  async fault(kind: string, count = 1, model?: string): Promise<void> {
    const body = JSON.stringify({ kind, count, model: model ?? null });
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${this.simulator}/_sim/fault`, { method: "POST", headers, body });
    if (!answer.ok) throw new Error(`the simulator refused the fault: ${answer.status} ${await answer.text()}`);
  }

  /** What the server said, for a failed test. */
  tail(): string {
    return this.program?.tail() ?? "";
  }

  async end(): Promise<void> {
    await Promise.all(this.programs.map((program) => program.stop()));
    if (!process.env.TW_TEST_KEEP) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Debug builds read web/dist from the disk. With TW_BROWSER_DIST they see that folder in its place, only they. */
function mounted(): string[] {
  const dist = process.env.TW_BROWSER_DIST;
  if (!dist) return [];
  const root = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
  const script = 'mount --bind "$1" "$2" && shift 2 && exec "$@"';
  return ["unshare", ...root, "--mount", "sh", "-c", script, "sh", resolve(dist), web];
}
