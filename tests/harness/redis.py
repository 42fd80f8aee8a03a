"""A private Redis server: on a free port of the loopback, nothing on the disk, gone with the test."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from .processes import free_port


class Redis:
    def __init__(self):
        assert shutil.which("redis-server"), "there is no Redis here: install redis-server"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="thinkwatch-redis-"))
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        """Starts it, empty."""
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"]
        with (self.folder / "server.log").open("ab") as log:
            self.child = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        deadline = time.monotonic() + 30
        while not self._answers():
            assert self.child.poll() is None and time.monotonic() < deadline, (self.folder / "server.log").read_text()
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            return self.command("PING") == "+PONG"
        except OSError:
            return False

    def command(self, *words: str) -> str:
        """The first line of the answer to a command."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(" ".join(words).encode() + b"\r\n")
            return connection.makefile().readline().strip()

    def kill(self) -> None:
        """At once; all that was in it is gone."""
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait(timeout=20)

    def pause(self) -> None:
        """It answers nothing and takes connections."""
        os.kill(self.child.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.child.pid, signal.SIGCONT)

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
