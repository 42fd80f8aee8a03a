"""A simulator and a gateway in front of it, set up through the API as an operator would.

With `direct=True` there is no gateway: the suites then talk to the simulator itself, which proves the suites and the simulator right.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile
import uuid

from .console import ADMIN, Console
from .processes import Process, free_port, wait_for
from .simulator import ANTHROPIC_KEY, OPENAI_KEY, Simulator

# Explicit models on the `house` providers: name -> (provider, upstream model). Prices are odd on purpose: sums that fit by chance are rare.
HOUSE = {
    "house-mini": ("house", "gpt-sim"),
    "house-embed": ("house", "text-embedding-3-small"),
    "a-rather-long-name-for-a-model/with.dots:and-colons": ("house", "gpt-4o-mini"),
    "house-claude": ("house-messages", "claude-sim"),
    # What is only passed on, on a compatible server that is asked for all of it.
    "house-instruct": ("passing", "gpt-3.5-turbo-instruct"),
    "house-moderation": ("passing", "omni-moderation-latest"),
    "house-image": ("passing", "gpt-image-1.5"),
    "house-old-image": ("passing", "dall-e-2"),
    "house-speech": ("passing", "gpt-4o-mini-tts"),
    "house-transcribe": ("passing", "gpt-4o-transcribe"),
    "house-whisper": ("passing", "whisper-1"),
    "house-rerank": ("passing", "rerank-sim"),
    "rerank-sim": ("passing", "rerank-sim"),
}
PRICES = {
    "input": "1.37", "output": "7.91", "cache_read": "0.13", "cache_write_5m": "1.73", "cache_write_1h": "2.71", "reasoning": "7.91",
}


def binaries() -> pathlib.Path:
    given = os.environ.get("TW_TEST_BINARIES")
    assert given, "TW_TEST_BINARIES is not set: run `make end-to-end`"
    return pathlib.Path(given)


class Stack:
    def __init__(self, direct: bool = False, simulator: dict | None = None, environment: dict | None = None, house: bool = True):
        """`environment` is added to the gateway's, `<simulator>` in it stands for the simulator's address; without `house` nothing
        is set up beyond the simulator."""
        self.direct = direct
        self.others: list[Simulator] = []
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="thinkwatch-test-"))
        # Nothing of the developer's own settings may reach what is tested.
        self.clean = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.simulator = Simulator(binaries(), self.folder, self.clean, direct=direct, **(simulator or {}))
        self.gateway = None
        if direct:
            self.url = self.simulator.url
            self.openai_key, self.anthropic_key = OPENAI_KEY, ANTHROPIC_KEY
        else:
            gateway, console = free_port(), free_port()
            self.url, self.console = f"http://127.0.0.1:{gateway}", Console(f"http://127.0.0.1:{console}")
            self.port = gateway
            self.environment = self.clean | {
                "THINKWATCH_DATA_DIR": str(self.folder / "data"),
                "SERVER_HOST": "127.0.0.1",
                "GATEWAY_PORT": str(gateway),
                "CONSOLE_PORT": str(console),
                # Most suites count what reaches the provider; second tries have a suite of their own.
                "THINKWATCH_SETTING_GATEWAY__RETRY__MAX": "0",
            } | {name: value.replace("<simulator>", self.simulator.url) for name, value in (environment or {}).items()}
            try:
                self.start()
                if house:
                    self._set_up()
            except BaseException as error:
                if self.gateway:
                    error.add_note(f"the gateway (exit code {self.gateway.child.poll()}) said:\n{self.gateway.tail()}")
                self.stop()
                raise

    def start(self) -> None:
        """Starts the gateway, also once more on the same data."""
        self.gateway = Process("gateway", [str(binaries() / "thinkwatch"), "serve"], self.folder, self.environment)
        wait_for(f"{self.url}/health/ready", self.gateway)

    def command(self, *arguments: str, environment: dict | None = None, given: str = "", seconds: float = 30) -> subprocess.CompletedProcess:
        """Runs a command of the binary as an operator would beside the server: with its environment, in its folder."""
        return subprocess.run(
            [str(binaries() / "thinkwatch"), *arguments], env=self.environment | (environment or {}), cwd=self.folder, input=given,
            capture_output=True, text=True, timeout=seconds,
        )

    def another_simulator(self, name: str, **config) -> Simulator:
        """A further provider, stopped with the stack."""
        self.others.append(Simulator(binaries(), self.folder, self.clean, name=name, **config))
        return self.others[-1]

    def _set_up(self) -> None:
        def provider(name: str, kind: str, key: str, **more) -> dict:
            return {
                "name": name, "display_name": name.title(), "provider_type": kind, "base_url": self.simulator.url, "api_key": key,
                "allow_private_network": True,
            } | more

        made = self.console.call("POST", "/api/setup/initialize", {
            "admin": ADMIN, "site_name": "Tests", "provider": provider("openai", "openai", OPENAI_KEY), "api_key": {"name": "tests"},
        }, expect=201)
        self.openai_key = self.anthropic_key = made["api_key"]["key"]
        self.console.sign_in()
        for body in (
            provider("anthropic", "anthropic", ANTHROPIC_KEY),
            provider("house", "custom", OPENAI_KEY, config={"dialects": ["chat", "responses", "embeddings"]}),
            provider("passing", "custom", OPENAI_KEY),
            # Speaks Messages, yet is not Anthropic: reached with another base address style, too.
            provider("house-messages", "anthropic", ANTHROPIC_KEY, base_url=self.simulator.url + "/v1"),
        ):
            self.console.call("POST", "/api/admin/providers", body)
        for name, (provider_name, upstream) in HOUSE.items():
            self.console.call("POST", "/api/admin/models", {
                "model_id": name, "routes": [{"provider": provider_name, "upstream_model": upstream}], "prices": PRICES,
            })

    def model(self, name: str) -> str:
        """What to call a model of `HOUSE`: without a gateway it only has its upstream name."""
        return HOUSE[name][1] if self.direct and name in HOUSE else name

    def key(self, **fields) -> str:
        """A further key."""
        return self.console.call("POST", "/api/keys", {"name": f"k-{uuid.uuid4()}"} | fields)["key"]

    def stop(self) -> None:
        for process in (self.gateway, self.simulator.process, *(other.process for other in self.others)):
            if process:
                process.stop()
        if not os.environ.get("TW_TEST_KEEP"):
            shutil.rmtree(self.folder, ignore_errors=True)
