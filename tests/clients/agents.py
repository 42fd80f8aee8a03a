"""Starts the command-line agents headless, each in a home and a repository of its own."""

import dataclasses
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


def aider() -> pathlib.Path:
    return pathlib.Path(os.environ["TW_AIDER_ENV"]) / "bin" / "aider"


def script(*steps: str) -> str:
    """A prompt that makes the simulated model take these steps, one after each tool result."""
    return " ".join(f"[[sim: step {step}]]" for step in steps)


def call(tool: str, **args) -> str:
    return f"tool={tool} args={json.dumps(args)}"


@dataclasses.dataclass
class Done:
    """What an agent told of its work: its last words, and the tokens it counted, in the log's names, if it tells them."""

    says: str
    tokens: dict[str, int] = dataclasses.field(default_factory=dict)


class Agent:
    """`edit` makes it look at `a.txt`, which says `one two`, and write `one three`: a call of the model for each of its steps."""

    # In the log.
    client: str
    dialect: str
    # Said before the steps.
    before = ""
    # What it asks beside the conversation.
    aside = 0
    # Whether each of its requests goes on from the one before.
    appends = True

    def __init__(self, folder: pathlib.Path):
        self.home, self.work = folder / "home", folder / "work"
        self.home.mkdir()
        self.work.mkdir()
        subprocess.run(["git", "init", "-q", "."], cwd=self.work, check=True)
        self.file = self.work / "a.txt"

    def run(self, command: list, environment: dict[str, str], given: str | None = None) -> str:
        """Its output. The time limit is for a machine with much else to do: alone, no agent here takes 15 s."""
        clean = {"PATH": os.environ["PATH"], "HOME": str(self.home), "LANG": "C.UTF-8"}
        done = subprocess.run(
            [str(word) for word in command], cwd=self.work, env=clean | environment, capture_output=True, text=True, timeout=300,
            **({"stdin": subprocess.DEVNULL} if given is None else {"input": given}),
        )
        assert done.returncode == 0, f"code {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def steps(self, model: str) -> list[str]:
        """To call tools for."""
        raise NotImplementedError

    def edit(self, stack, calls, model: str) -> Done:
        raise NotImplementedError

    def prompt(self, model: str) -> str:
        return self.before + script(*self.steps(model), "say=All is done.")


class ClaudeCode(Agent):
    client, dialect = "claude-code", "messages"

    def steps(self, model: str) -> list[str]:
        path = str(self.file)
        return [
            call("Bash", command="cat a.txt", description="look at it"), call("Read", file_path=path),
            call("Edit", file_path=path, old_string="two", new_string="three"),
        ]

    def edit(self, stack, calls, model: str) -> Done:
        answer = json.loads(self.ask(stack, calls, self.prompt(model), model=model))
        assert not answer["is_error"], answer
        usage = answer["usage"]
        return Done(answer["result"], {
            "input_tokens": usage["input_tokens"], "cache_read_tokens": usage["cache_read_input_tokens"], "output_tokens": usage["output_tokens"],
        })

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


PATCH = """*** Begin Patch
*** Update File: a.txt
@@
-one two
+one three
*** End Patch"""


class Codex(Agent):
    """The model's name decides which tools it has: see `CodexWithPatches` and `CodexInCode`."""

    client, dialect = "codex", "responses"
    known_as: str | None = None

    def steps(self, model: str) -> list[str]:
        return [call("exec_command", cmd="cat a.txt"), call("exec_command", cmd=f"apply_patch <<'EOF'\n{PATCH}\nEOF\n")]

    def edit(self, stack, calls, model: str) -> Done:
        events = self.ask(stack, calls, self.prompt(model), model=model)
        items = [event["item"] for event in events if event["type"] == "item.completed"]
        assert [item["status"] for item in items if item["type"] == "file_change"] == ["completed"], events
        usage = next(event["usage"] for event in events if event["type"] == "turn.completed")
        cached = usage["cached_input_tokens"]
        return Done([item["text"] for item in items if item["type"] == "agent_message"][-1], {
            "input_tokens": usage["input_tokens"] - cached, "cache_read_tokens": cached, "output_tokens": usage["output_tokens"],
        })

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


class CodexWithPatches(Codex):
    """With this model it offers a custom tool, whose input is text of a grammar and no JSON."""

    known_as = "gpt-5.5"

    def steps(self, model: str) -> list[str]:
        return [call("exec_command", cmd="cat a.txt"), call("apply_patch", input=PATCH)]


class CodexInCode(Codex):
    """With the newest models its tools stand among the items of the input, and one of them runs JavaScript that calls the others."""

    known_as = "gpt-6.1-sol"

    def steps(self, model: str) -> list[str]:
        look = 'text(await tools.exec_command({cmd: "cat a.txt"}))'
        return [call("exec", input=look), call("exec", input=f"text(await tools.apply_patch({json.dumps(PATCH)}))")]


class GeminiCli(Agent):
    client, dialect = "gemini-cli", "gemini"

    def steps(self, model: str) -> list[str]:
        path = str(self.file)
        return [
            call("run_shell_command", command="cat a.txt", description="look at it"), call("read_file", file_path=path),
            call("replace", file_path=path, instruction="count", old_string="two", new_string="three"),
        ]

    def edit(self, stack, calls, model: str) -> Done:
        settings = self.home / ".gemini" / "settings.json"
        settings.parent.mkdir()
        settings.write_text(json.dumps({
            "security": {"auth": {"selectedType": "gemini-api-key"}}, "model": {"name": model}, "privacy": {"usageStatisticsEnabled": False},
        }))
        binary = packages() / "@google" / "gemini-cli" / "bundle" / "gemini.js"
        headers = ", ".join(f"{name}: {value}" for name, value in calls.headers.items())
        command = ["node", binary, "--skip-trust", "--approval-mode", "yolo", "-o", "json", "-p", self.prompt(model)]
        told = json.loads(self.run(command, {
            "GOOGLE_GEMINI_BASE_URL": stack.url, "GEMINI_API_KEY": stack.openai_key, "GEMINI_CLI_CUSTOM_HEADERS": headers,
        }))
        assert told["stats"]["tools"]["totalFail"] == 0, told
        (used,) = told["stats"]["models"].values()
        tokens = used["tokens"]
        return Done(told["response"], {
            "input_tokens": tokens["prompt"] - tokens["cached"], "cache_read_tokens": tokens["cached"],
            "output_tokens": tokens["candidates"] + tokens["thoughts"],
        })


class OpenCode(Agent):
    client, dialect = "opencode", "chat"
    # The title.
    aside = 1

    def steps(self, model: str) -> list[str]:
        path = str(self.file)
        return [
            call("bash", command="cat a.txt", description="look at it"), call("read", filePath=path),
            call("edit", filePath=path, oldString="two", newString="three"),
        ]

    def edit(self, stack, calls, model: str) -> Done:
        house = {
            "npm": "@ai-sdk/openai-compatible", "name": "House", "options": {"baseURL": f"{stack.url}/v1", "apiKey": "{env:HOUSE_KEY}"},
            "models": {model: {"name": model, "limit": {"context": 200000, "output": 32000}}},
        }
        (self.work / "opencode.json").write_text(json.dumps({
            "autoupdate": False, "share": "disabled", "provider": {"house": house}, "permission": {"edit": "allow", "bash": "allow"},
        }))
        package = {"x64": "opencode-linux-x64-baseline", "arm64": "opencode-linux-arm64"}[MACHINE]
        command = [packages() / package / "bin" / "opencode", "run", "--format", "json", "-m", f"house/{model}"]
        # The prompt is given from outside: among the arguments it would be quoted.
        environment = {"HOUSE_KEY": stack.openai_key} | {
            f"OPENCODE_DISABLE_{what}": "1" for what in ("AUTOUPDATE", "MODELS_FETCH", "LSP_DOWNLOAD", "DEFAULT_PLUGINS")
        }
        events = [json.loads(line) for line in self.run(command, environment, given=self.prompt(model)).splitlines()]
        parts = [event["part"] for event in events if "part" in event]
        assert [part["state"]["status"] for part in parts if part["type"] == "tool"] == ["completed"] * len(self.steps(model)), events
        # It names its own session in the header that marks a test's calls.
        calls.session = events[0]["sessionID"]
        tokens = [part["tokens"] for part in parts if part["type"] == "step-finish"]
        return Done([part["text"] for part in parts if part["type"] == "text"][-1], {
            "input_tokens": sum(step["input"] for step in tokens), "cache_read_tokens": sum(step["cache"]["read"] for step in tokens),
            "output_tokens": sum(step["output"] + step["reasoning"] for step in tokens),
        })


class Aider(Agent):
    """It has no tools: the model writes blocks that it applies, and what a failed test says is its next question."""

    # LiteLLM asks, by OpenAI's SDK, and nothing says whose.
    client, dialect = "openai-python", "chat"
    # The files it works on stand at the beginning, as they are now.
    appends = False
    form = "diff"

    def steps(self, model: str) -> list[str]:
        return ["the first answer, whose change fails its test"]

    def block(self, says: str, old: str, new: str) -> str:
        whole = {"whole": new, "diff": f"<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE"}
        return f"say={says}\n\na.txt\n```\n{whole[self.form]}\n```\n"

    def edit(self, stack, calls, model: str) -> Done:
        (self.home / ".aider.model.settings.yml").write_text(json.dumps([
            {"name": f"openai/{model}", "edit_format": self.form, "extra_params": {"extra_headers": calls.headers}},
        ]))
        # What the test prints is asked of the model.
        test = self.home / "test.sh"
        test.write_text(f"grep -q three a.txt && exit\ncat <<'EOF'\n{script(self.block('All is done.', 'one 2', 'one three'))}\nEOF\nexit 1\n")
        command = [
            aider(), "--model", f"openai/{model}", "--no-git", "--yes-always", "--no-check-update", "--no-show-model-warnings", "--no-show-release-notes",
            "--analytics-disable", "--no-pretty", "--map-tokens", "0", "--auto-test", "--test-cmd", f"sh {test}",
            "--message", script(self.block("I change it.", "one two", "one 2")), self.file.name,
        ]
        out = self.run(command, {"OPENAI_API_BASE": f"{stack.url}/v1", "OPENAI_API_KEY": stack.openai_key})
        assert out.count("Applied edit to a.txt") == 2, out
        # It counts by itself, since it does not ask for usage.
        return Done("All is done." if "\nAll is done.\n" in out else out)


class AiderWhole(Aider):
    form = "whole"


class Continue(Agent):
    # Its packed SDK has no name of its own.
    client, dialect = "", "chat"

    def steps(self, model: str) -> list[str]:
        path = str(self.file)
        change = {"old_string": "two", "new_string": "three"}
        # It goes by the model's name.
        edit = call("MultiEdit", file_path=path, edits=[change]) if "gemini" in model else call("Edit", file_path=path, **change)
        return [call("Bash", command="cat a.txt"), call("Read", filepath=path), edit]

    def edit(self, stack, calls, model: str) -> Done:
        # JSON is YAML, too.
        config = self.home / "config.yaml"
        house = {
            "name": model, "provider": "openai", "model": model, "apiBase": f"{stack.url}/v1", "apiKey": stack.openai_key,
            "roles": ["chat", "edit", "apply"], "capabilities": ["tool_use"], "requestOptions": {"headers": calls.headers},
        }
        config.write_text(json.dumps({"name": "House", "version": "1.0.0", "schema": "v1", "models": [house]}))
        binary = packages() / "@continuedev" / "cli" / "dist" / "cn.js"
        return Done(self.run(["node", binary, "-p", "--auto", "--config", config, self.prompt(model)], {"CONTINUE_TELEMETRY_ENABLED": "0"}).strip())


class Cline(Agent):
    client, dialect = "ai-sdk", "chat"

    def steps(self, model: str) -> list[str]:
        path = str(self.file)
        return [
            call("run_commands", commands=["cat a.txt"]), call("read_files", files=[{"path": path}]),
            call("editor", command="str_replace", path=path, old_text="two", new_text="three"),
        ]

    def edit(self, stack, calls, model: str) -> Done:
        house = {"provider": "openai-compatible", "apiKey": stack.openai_key, "model": model, "baseUrl": f"{stack.url}/v1", "headers": calls.headers}
        settings = self.home / ".cline" / "data" / "settings" / "providers.json"
        settings.parent.mkdir(parents=True)
        settings.write_text(json.dumps({"version": 1, "lastUsedProvider": "openai-compatible", "modes": {}, "providers": {
            "openai-compatible": {"settings": house, "updatedAt": "2026-01-01T00:00:00.000Z", "tokenSource": "manual"},
        }}))
        binary = packages() / "@cline" / f"cli-linux-{MACHINE}" / "bin" / "cline"
        out = self.run([binary, "--json", "-P", "openai-compatible", "-m", model, self.prompt(model)], {})
        told = json.loads(out.strip().splitlines()[-1])
        assert told["finishReason"] == "completed", told
        usage = told["usage"]
        return Done(told["text"], {
            "input_tokens": usage["inputTokens"] - usage["cacheReadTokens"], "cache_read_tokens": usage["cacheReadTokens"],
            "output_tokens": usage["outputTokens"],
        })
