"""nginx in front of several gateways, set up as docs/OPERATIONS.md says."""

import os
import pathlib
import shutil
import signal
import tempfile
import time
import urllib.request

from .processes import Process, free_port

CONFIG = """
daemon off;
worker_processes 1;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream thinkwatch {{
{servers}
    }}
    server {{
        listen 127.0.0.1:{port};
        client_max_body_size 50m;
        location = /which-configuration {{ return 200 "{number}"; }}
        location / {{
            proxy_pass http://thinkwatch;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_buffering off;
            proxy_request_buffering off;
            proxy_read_timeout 660s;
            proxy_next_upstream off;
        }}
    }}
}}
"""


class Nginx:
    def __init__(self, ports: list[int]):
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        assert pathlib.Path(program).exists(), "there is no nginx here: install nginx"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="thinkwatch-nginx-"))
        self.ports, self.port, self.number = ports, free_port(), 0
        self._write(ports)
        self.process = Process("nginx", [program, "-c", str(self.folder / "nginx.conf"), "-p", str(self.folder)], self.folder, {})
        self._in_force()

    def use(self, ports: list[int]) -> None:
        """From when this returns on, only these get new calls. Those in progress go on where they are."""
        self._write(ports)
        self.process.child.send_signal(signal.SIGHUP)
        self._in_force()

    def _write(self, ports: list[int]) -> None:
        self.number += 1
        servers = "\n".join(f"        server 127.0.0.1:{port} max_fails=0;" for port in ports)
        user = "user root;" if os.getuid() == 0 else ""
        text = CONFIG.format(folder=self.folder, port=self.port, servers=servers, user=user, number=self.number)
        (self.folder / "nginx.conf").write_text(text)

    def _in_force(self) -> None:
        """Only workers that know the newest configuration take connections."""
        deadline = time.monotonic() + 60
        while self._answered() != str(self.number) or len(self._taking()) != 1:
            assert self.process.alive() and time.monotonic() < deadline, self._says()
            time.sleep(0.02)

    def _answered(self) -> str:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/which-configuration", timeout=5) as answer:
                return answer.read().decode()
        except OSError:
            return ""

    def _taking(self) -> list[int]:
        """Workers that are not shutting down."""
        master = self.process.pid
        children = pathlib.Path(f"/proc/{master}/task/{master}/children").read_text().split()
        titles = {}
        for child in children:
            try:
                titles[int(child)] = pathlib.Path(f"/proc/{child}/cmdline").read_text()
            except OSError:
                continue
        return [child for child, title in titles.items() if "worker process" in title and "shutting down" not in title]

    def _says(self) -> str:
        log = self.folder / "error.log"
        return self.process.tail() + (log.read_text() if log.exists() else "")

    def remove(self) -> None:
        self.process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
