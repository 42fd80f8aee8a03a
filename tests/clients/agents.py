"""Starts the command-line agents headless, each in a home and a repository of its own."""

import json
import os
import pathlib
import platform
import subprocess

MACHINE = {"x86_64": "x64", "aarch64": "arm64"}[platform.machine()]


def packages() -> pathlib.Path:
    given = os.environ.get("TW_CLIENTS_ENV")
    assert given, "TW_CLIENTS_ENV is not set: run `make end-to-end ARGS=clients`"
    return pathlib.Path(given) / "node_modules"


def script(*steps: str) -> str:
    """A prompt that makes the simulated model take these steps, one after each tool result."""
    return " ".join(f"[[sim: step {step}]]" for step in steps)


def call(tool: str, **args) -> str:
    return f"tool={tool} args={json.dumps(args)}"


class Agent:
    def __init__(self, folder: pathlib.Path):
        self.home, self.work = folder / "home", folder / "work"
        self.home.mkdir()
        self.work.mkdir()
        subprocess.run(["git", "init", "-q", "."], cwd=self.work, check=True)

    def run(self, command: list[str], environment: dict[str, str]) -> str:
        clean = {"PATH": os.environ["PATH"], "HOME": str(self.home), "LANG": "C.UTF-8"}
        done = subprocess.run(
            command, cwd=self.work, env=clean | environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, f"code {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout


class ClaudeCode(Agent):
    def ask(
        self, stack, calls, prompt: str, credential: str = "ANTHROPIC_API_KEY", output: str = "json", model: str = "claude-haiku-4-5"
    ) -> str:
        headers = "\n".join(f"{name}: {value}" for name, value in calls.headers.items())
        binary = packages() / "@anthropic-ai" / f"claude-code-linux-{MACHINE}" / "claude"
        # acceptEdits, since root may not skip permissions altogether.
        command = [
            str(binary), "-p", prompt, "--model", model, "--output-format", output, "--permission-mode", "acceptEdits",
            "--allowedTools", "Bash Read Write Edit",
        ]
        return self.run(command, {
            "ANTHROPIC_BASE_URL": stack.url, credential: stack.anthropic_key, "ANTHROPIC_CUSTOM_HEADERS": headers,
            "CLAUDE_CONFIG_DIR": str(self.home / ".claude"), "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "CLAUDE_CODE_MAX_RETRIES": "2",
        })


class Codex(Agent):
    def ask(self, stack, calls, prompt: str, model: str = "gpt-5-codex") -> list[dict]:
        config = self.home / "codex"
        config.mkdir(exist_ok=True)
        headers = ", ".join(f'"{name}" = "{value}"' for name, value in calls.headers.items())
        (config / "config.toml").write_text(
            f"""model = "{model}"
model_provider = "house"
approval_policy = "never"
sandbox_mode = "danger-full-access"

[model_providers.house]
name = "House"
base_url = "{stack.url}/v1"
env_key = "HOUSE_KEY"
wire_api = "responses"
request_max_retries = 1
stream_max_retries = 1
http_headers = {{ {headers} }}
"""
        )
        binary = packages() / "@openai" / "codex" / "bin" / "codex.js"
        out = self.run(
            ["node", str(binary), "exec", "--json", "--skip-git-repo-check", prompt], {"CODEX_HOME": str(config), "HOUSE_KEY": stack.openai_key}
        )
        return [json.loads(line) for line in out.splitlines() if line.startswith("{")]
