"""Several replicas: gateways with a data directory each, on one PostgreSQL and one Redis, in front of one simulator."""

import secrets

from .console import Console
from .postgres import Postgres
from .processes import Process, free_port, wait_for
from .redis import Redis
from .stack import Stack, binaries


class Replica:
    """One of them, as the rest of the harness sees a stack."""

    direct = False

    def __init__(self, stack: Stack, name: str, ports: tuple[int, int], process: Process | None = None):
        self.stack, self.name, self.gateway = stack, name, process
        self.port = ports[0]
        self.url, self.console = f"http://127.0.0.1:{ports[0]}", Console(f"http://127.0.0.1:{ports[1]}")
        self.simulator = stack.simulator
        self.openai_key, self.anthropic_key = stack.openai_key, stack.anthropic_key
        self.environment = stack.environment | {
            "THINKWATCH_DATA_DIR": str(stack.folder / name), "GATEWAY_PORT": str(ports[0]), "CONSOLE_PORT": str(ports[1]),
        }

    def start(self) -> None:
        self.launch()
        self.wait()

    def launch(self) -> None:
        self.gateway = Process(self.name, [str(binaries() / "thinkwatch"), "serve"], self.stack.folder, self.environment)

    def wait(self) -> None:
        wait_for(f"{self.url}/health/ready", self.gateway, seconds=60)


class Replicas:
    def __init__(self, count: int, environment: dict | None = None, simulator: dict | None = None):
        self.postgres, self.redis, self.stack, self.all = None, None, None, []
        try:
            self.postgres, self.redis = Postgres(), Redis()
            same = {
                "JWT_SECRET": secrets.token_urlsafe(40), "ENCRYPTION_KEY": secrets.token_hex(32),
                "DATABASE_URL": self.postgres.database("replicas"), "REDIS_URL": self.redis.url,
            } | (environment or {})
            # The first is set up as an operator would; the others find it so.
            self.stack = Stack(environment=same, simulator=simulator)
            first = Replica(self.stack, "data", (self.stack.port, int(self.stack.console.url.rsplit(":", 1)[1])), self.stack.gateway)
            self.all = [first]
            for number in range(1, count):
                replica = Replica(self.stack, f"data-{number}", (free_port(), free_port()))
                replica.start()
                self.all.append(replica)
            for replica in self.all:
                replica.console.sign_in()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        for replica in self.all[1:]:
            replica.gateway.stop()
        if self.all:
            # It may have been started anew.
            self.stack.gateway = self.all[0].gateway
        if self.stack:
            self.stack.stop()
        for server in (self.redis, self.postgres):
            if server:
                server.remove()
