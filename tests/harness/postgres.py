"""A private PostgreSQL server: on a free port of the loopback, trusting everyone there, gone with the test."""

import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile
import time

from .processes import free_port


PROGRAMS = ("initdb", "postgres", "pg_isready", "pg_ctl", "createdb", "psql")


def programs() -> pathlib.Path:
    """Where the server's programs are: all of them, since some machines have a few in PATH. Debian keeps them out of it."""
    folders = [*sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), *map(pathlib.Path, os.get_exec_path())]
    for folder in folders:
        if all((folder / program).exists() for program in PROGRAMS):
            return folder
    raise AssertionError("there is no PostgreSQL here: install postgresql")


class Postgres:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="thinkwatch-pg-"))
        self.port = free_port()
        # The server refuses to run as root.
        self.user = {"user": "postgres"} if os.getuid() == 0 else {}
        if self.user:
            entry = pwd.getpwnam("postgres")
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
        self._run("initdb", "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "-D", str(self.folder / "data"))
        self.start()

    def _run(self, program: str, *arguments: str) -> bytes:
        done = subprocess.run([str(programs() / program), *arguments], check=True, capture_output=True, timeout=60, cwd=self.folder, **self.user)
        return done.stdout

    def start(self) -> None:
        settings = ["listen_addresses=127.0.0.1", "fsync=off", "full_page_writes=off", "shared_buffers=32MB"]
        command = [str(programs() / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder), "-p", str(self.port)]
        with (self.folder / "server.log").open("ab") as log:
            self.child = subprocess.Popen(
                [*command, *(part for setting in settings for part in ("-c", setting))], stdout=log, stderr=log, cwd=self.folder, **self.user
            )
        deadline = time.monotonic() + 30
        while True:
            try:
                self._run("pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port))
                return
            except subprocess.CalledProcessError:
                assert self.child.poll() is None and time.monotonic() < deadline, (self.folder / "server.log").read_text()
                time.sleep(0.05)

    def database(self, name: str) -> str:
        """Makes an empty database; its address."""
        self._run("createdb", "-h", "127.0.0.1", "-U", "postgres", "-p", str(self.port), name)
        return f"postgres://postgres@127.0.0.1:{self.port}/{name}"

    def ask(self, database: str, statement: str) -> str:
        """What a statement answers, without frame and names."""
        return self._run("psql", "-h", "127.0.0.1", "-U", "postgres", "-p", str(self.port), "-Atc", statement, database).decode().strip()

    def stop(self) -> None:
        """Cuts clients off; what was written stays."""
        if self.child.poll() is None:
            self._run("pg_ctl", "stop", "-m", "fast", "-D", str(self.folder / "data"))
            self.child.wait(timeout=20)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
