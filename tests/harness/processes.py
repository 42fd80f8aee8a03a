"""Processes that a suite starts, each with its output in a file, all ended with it."""

import contextlib
import pathlib
import random
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request


_given: set[int] = set()


def free_port() -> int:
    """One that nobody was given before, and below those from which the kernel takes the ports of connections: nothing else
    can have it by the time the program that it is for listens."""
    while True:
        port = random.SystemRandom().randrange(15_000, 32_000)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in _given:
            _given.add(port)
            return port


class Process:
    """A started program. `output` is the file with what it prints."""

    def __init__(self, name: str, command: list[str], folder: pathlib.Path, environment: dict[str, str]):
        self.name = name
        self.output = folder / f"{name}.out"
        # Appended to: a process that is started again goes on with its file.
        with self.output.open("ab") as out:
            self.child = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=environment, cwd=folder)

    @property
    def pid(self) -> int:
        return self.child.pid

    def alive(self) -> bool:
        return self.child.poll() is None

    def tail(self, lines: int = 30) -> str:
        text = self.output.read_text(errors="replace").splitlines()
        return "\n".join(text[-lines:])

    def memory_mb(self) -> float:
        """Resident memory now."""
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise AssertionError(f"{self.name} is gone:\n{self.tail()}")

    def stop(self) -> int:
        """Ends it as an operator would; its exit code."""
        if self.alive():
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        return self.child.returncode


def wait_for(url: str, process: Process, seconds: float = 30) -> None:
    """Until the address answers 200."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not process.alive():
            raise AssertionError(f"{process.name} ended with code {process.child.returncode}:\n{process.tail()}")
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        time.sleep(0.05)
    raise AssertionError(f"{process.name} was not ready at {url} after {seconds} s:\n{process.tail()}")
