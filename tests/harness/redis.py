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
    sentinel = None

    def __init__(self, tls: bool = False):
        assert shutil.which("redis-server"), "there is no Redis here: install redis-server"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="thinkwatch-redis-"))
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.more = self._with_tls() if tls else []
        self.start()

    def _with_tls(self) -> list[str]:
        """A further port for TLS, with a certificate for `localhost` that only `self.authority` vouches for."""
        port, self.authority = free_port(), self.folder / "ca.pem"
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        (self.folder / "names").write_text("subjectAltName=DNS:localhost")
        for command in (
            ["req", "-x509", *key, "-days", "2", "-subj", "/CN=tests", "-keyout", "ca-key.pem", "-out", "ca.pem"],
            ["req", *key, "-subj", "/CN=localhost", "-keyout", "key.pem", "-out", "wish.pem"],
            ["x509", "-req", "-in", "wish.pem", "-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-days", "2", "-extfile", "names", "-out", "cert.pem"],
        ):
            subprocess.run(["openssl", *command], check=True, capture_output=True, timeout=60, cwd=self.folder)
        self.tls_url = f"rediss://localhost:{port}/0"
        return ["--tls-port", str(port), "--tls-cert-file", "cert.pem", "--tls-key-file", "key.pem", "--tls-ca-cert-file", "ca.pem",
                "--tls-auth-clients", "no"]

    def watched(self) -> str:
        """Starts a sentinel that watches it, ended with it; the address that goes by the sentinel."""
        port, file = free_port(), self.folder / "sentinel.conf"
        file.write_text(f"port {port}\nbind 127.0.0.1\ndir {self.folder}\nsentinel monitor main 127.0.0.1 {self.port} 1\n")
        with (self.folder / "sentinel.log").open("ab") as log:
            self.sentinel = subprocess.Popen(["redis-server", str(file), "--sentinel"], stdout=log, stderr=log, cwd=self.folder)
        return f"redis+sentinel://127.0.0.1:{port}/main/0"

    def start(self) -> None:
        """Starts it, empty."""
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction", *self.more]
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
        if self.sentinel:
            self.sentinel.kill()
            self.sentinel.wait(timeout=20)
        shutil.rmtree(self.folder, ignore_errors=True)
