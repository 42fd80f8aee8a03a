"""A gateway that is killed and started again on the same ports and data, in front of a simulator that remembers everything."""

import contextlib
import os
import pathlib
import signal
import subprocess
import time
import urllib.request

from harness.processes import Process
from harness.stack import Stack, binaries

# Small segments: some begin in every round.
SMALL_SEGMENTS = {"THINKWATCH_SETTING_SPOOL__SEGMENT_BYTES": "131072"}


class Stand(Stack):
    def __init__(self, settings: dict | None = None, mount: tuple[str, int] | None = None):
        """`mount`: a folder below the scratch folder that gets a small file system of its own, and its size in MB."""
        self.mount = mount
        # The server that holds its store, when it is not its own file.
        self.database = None
        self.mounted: pathlib.Path | None = None
        self.starts = 0
        super().__init__(simulator={"journal": 1_000_000}, environment=settings or {})

    def _mount(self, folder: pathlib.Path, megabytes: int) -> None:
        folder.mkdir(parents=True)
        run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", str(folder))
        self.mounted = folder

    @property
    def data(self) -> pathlib.Path:
        return self.folder / "data"

    @property
    def spool(self) -> pathlib.Path:
        return self.data / "spool"

    def segments(self) -> list[pathlib.Path]:
        return sorted(self.spool.glob("*.seg"))

    def start(self, ready: bool = True) -> float:
        """Starts the gateway; says how long it took until it was ready."""
        if self.starts == 0 and self.mount:
            self._mount(self.folder / self.mount[0], self.mount[1])
        self.starts += 1
        began = time.monotonic()
        self.gateway = Process(f"gateway-{self.starts}", [str(binaries() / "thinkwatch"), "serve"], self.folder, self.environment)
        if ready:
            self.wait_ready()
        return time.monotonic() - began

    def wait_ready(self, seconds: float = 30) -> None:
        """Looks more often than the harness does: some tests kill it in its first milliseconds."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.gateway.alive(), f"ended with code {self.gateway.child.returncode}:\n{self.gateway.tail()}"
            with contextlib.suppress(OSError):
                with urllib.request.urlopen(f"{self.url}/health/ready", timeout=2) as answer:
                    if answer.status == 200:
                        return
            time.sleep(0.003)
        raise AssertionError(f"not ready after {seconds} s:\n{self.gateway.tail()}")

    def kill(self) -> None:
        self.gateway.child.send_signal(signal.SIGKILL)
        code = self.gateway.child.wait(timeout=10)
        assert code == -signal.SIGKILL, f"it had ended by itself with code {code}:\n{self.gateway.tail()}"

    def terminate(self, seconds: float = 40) -> int:
        self.gateway.child.send_signal(signal.SIGTERM)
        return self.gateway.child.wait(timeout=seconds)

    def printed(self) -> str:
        """What the gateway that was started last has printed."""
        return self.gateway.output.read_text(errors="replace")

    def stop(self) -> None:
        if self.gateway and self.gateway.alive():
            self.gateway.stop()
        self.simulator.process.stop()
        if self.mounted:
            run("umount", "-l", str(self.mounted))
        self.gateway = None
        super().stop()


@contextlib.contextmanager
def standing(**options):
    """A stand that is taken down, whatever happens."""
    stand = Stand.__new__(Stand)
    try:
        stand.__init__(**options)
        yield stand
    finally:
        if getattr(stand, "simulator", None):
            stand.stop()


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr.strip()} (mounting needs root, or a user namespace: see tests/run.py)"


def rounds(usual: int) -> int:
    return int(os.environ.get("TW_FAULT_ROUNDS") or usual)


def until(seen, what: str, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.05)


def metric(stand, name: str) -> list[float]:
    """The values of all series of a metric."""
    with urllib.request.urlopen(f"{stand.url}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return [float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith((name + " ", name + "{"))]


def caught_up(stand) -> bool:
    """Every call is closed and both consumers have read it; seen twice, since a client may have left a moment ago."""
    for pause in (0.3, 0):
        if any(metric(stand, "thinkwatch_spool_open_calls")) or metric(stand, "thinkwatch_spool_consumer_lag_bytes") != [0, 0]:
            return False
        time.sleep(pause)
    return True
