"""The simulated providers: what they are told before they start, and their journal."""

import base64
import dataclasses
import json
import pathlib
import time
import urllib.request

from .processes import Process, free_port, wait_for

OPENAI_KEY = "sk-sim-openai"
ANTHROPIC_KEY = "sk-ant-sim"


@dataclasses.dataclass
class Exchange:
    """One request that reached the simulator, with its answer."""

    entry: dict

    def __getattr__(self, name: str):
        return self.entry[name]

    @property
    def sent(self) -> bytes:
        return base64.b64decode(self.entry["body"])

    @property
    def answered(self) -> bytes:
        return base64.b64decode(self.entry["answer"])

    def header(self, name: str) -> str | None:
        return dict(map(tuple, self.entry["headers"])).get(name)


class Simulator:
    def __init__(self, binaries: pathlib.Path, folder: pathlib.Path, environment: dict, name: str = "simulator", **config):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        config = {"addr": f"127.0.0.1:{self.port}", "openai_key": OPENAI_KEY, "anthropic_key": ANTHROPIC_KEY} | config
        path = folder / f"{name}.json"
        path.write_text(json.dumps(config))
        command = [str(binaries / "thinkwatch-simulator"), "--config", str(path)]
        self.process = Process(name, command, folder, environment)
        wait_for(f"{self.url}/_sim/stats", self.process)

    def _get(self, path: str):
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:
            return json.load(answer)

    def journal(self, since: int = 0) -> list[Exchange]:
        answer = self._get(f"/_sim/journal?since={since}")
        entries = answer["entries"] if isinstance(answer, dict) else answer
        return [Exchange(entry) for entry in entries]

    def mark(self) -> int:
        """Number of the newest exchange; `journal(mark)` gives what came after."""
        return self._get("/_sim/stats")["arrived"]

    def stats(self) -> dict:
        return self._get("/_sim/stats")

    def inject(self, kind: str, count: int = 1, model: str | None = None) -> None:
        body = json.dumps({"kind": kind, "count": count, "model": model}).encode()
        request = urllib.request.Request(self.url + "/_sim/fault", body, {"content-type": "application/json"})
        urllib.request.urlopen(request, timeout=10).close()

    def wait_until(self, seen, since: int, seconds: float = 2.0) -> Exchange:
        """The first exchange after a mark for which `seen` holds."""
        deadline = time.monotonic() + seconds
        while True:
            for exchange in self.journal(since):
                if seen(exchange):
                    return exchange
            assert time.monotonic() < deadline, [
                {k: v for k, v in e.entry.items() if k not in ("body", "answer")} for e in self.journal(since)
            ]
            time.sleep(0.02)
