"""A private Redis server: on a free port of the loopback, nothing on disk, gone with the test."""

import pathlib
import shutil
import socket
import tempfile
import time

from .processes import Process, free_port


class Redis:
    def __init__(self):
        program = shutil.which("redis-server")
        assert program, "there is no Redis here: install redis-server"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="thinkwatch-redis-"))
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self.command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--maxmemory-policy", "noeviction"]
        self.start()

    def start(self) -> None:
        self.process = Process("redis", self.command, self.folder, {})
        deadline = time.monotonic() + 30
        while not self._answers():
            assert self.process.alive() and time.monotonic() < deadline, self.process.tail()
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as wire:
                wire.sendall(b"PING\r\n")
                return wire.recv(64).startswith(b"+PONG")
        except OSError:
            return False

    def stop(self) -> None:
        self.process.stop()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
