"""Replicas that share a PostgreSQL and a Redis."""

import secrets
import urllib.error
import urllib.request

import pytest
from lab import ask, within

from harness.calls import Calls
from harness.postgres import Postgres
from harness.redis import Redis
from harness.stack import Stack

SECRETS = {"JWT_SECRET": secrets.token_urlsafe(40), "ENCRYPTION_KEY": secrets.token_hex(32)}


@pytest.fixture(scope="module")
def server():
    server = Postgres()
    yield server
    server.remove()


@pytest.fixture
def redis():
    redis = Redis()
    yield redis
    redis.remove()


def metric(stack: Stack, name: str) -> float | None:
    with urllib.request.urlopen(f"{stack.url}/metrics", timeout=10) as answer:
        lines = [line for line in answer.read().decode().splitlines() if line.startswith(name + " ")]
    return float(lines[0].split()[1]) if lines else None


def ready(stack: Stack) -> int:
    try:
        with urllib.request.urlopen(f"{stack.url}/health/ready?strict=1", timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_two_replicas_follow_each_other_and_outlive_their_redis(server, redis):
    shared = SECRETS | {"DATABASE_URL": server.database("replicas"), "REDIS_URL": redis.url}
    one, two = Stack(environment=shared), None
    try:
        # Configured on one, used on the other.
        two = Stack(environment=shared, house=False)
        two.openai_key, two.anthropic_key = one.openai_key, one.anthropic_key
        key = one.key()
        assert within(5, lambda: (a := ask(two, Calls(two), "chat", "house-mini", key=key)).status == 200 and a)
        done = one.command("doctor")
        assert done.returncode == 0 and "forgets nothing" in done.stdout, done
        assert [ready(one), ready(two), metric(one, "thinkwatch_counters_up")] == [200, 200, 1]

        # Whoever counts for himself would let others' calls pass.
        alone = {"REDIS_URL": "", "THINKWATCH_DATA_DIR": str(one.folder / "alone"), "GATEWAY_PORT": "0", "CONSOLE_PORT": "0"}
        done = one.command("serve", environment=alone, seconds=60)
        assert done.returncode == 1 and "another ThinkWatch uses this database" in done.stderr, done

        redis.kill()
        within(30, lambda: ready(one) == 503 and ready(two) == 503, "nobody noticed that Redis is gone")
        # Nobody is limited here, so nobody needs it; and changes go their slower way.
        assert ask(two, Calls(two), "chat", "house-mini", key=key).status == 200
        later = one.key()
        assert within(15, lambda: (a := ask(two, Calls(two), "chat", "house-mini", key=later)).status == 200 and a)
        done = one.command("doctor")
        assert done.returncode == 1 and "FAIL  redis: not reachable" in done.stdout, done
        redis.start()
        within(30, lambda: ready(one) == 200 and ready(two) == 200, "Redis was not found again")
        redis.command("CONFIG SET maxmemory-policy allkeys-lru")
        done = one.command("doctor")
        assert done.returncode == 1 and "set it to noeviction" in done.stdout, done
    finally:
        for stack in (one, two):
            if stack:
                stack.stop()


def test_a_redis_that_cannot_be_used_is_one_line(server, redis):
    stack = Stack()
    try:
        redis.kill()
        database = server.database("lines")
        for environment, says in (
            ({"REDIS_URL": redis.url}, "the store is SQLite"),
            ({"REDIS_URL": redis.url, "DATABASE_URL": database}, "REDIS_URL: "),
            ({"REDIS_URL": "redis://:Secret-Value-77@nowhere.invalid:1/x", "DATABASE_URL": database}, "not the address of a Redis server"),
            ({"REDIS_URL": "rediss://:Secret-Value-77@127.0.0.1:1", "DATABASE_URL": database}, "TLS"),
        ):
            own = {"THINKWATCH_DATA_DIR": "fresh", "GATEWAY_PORT": "0", "CONSOLE_PORT": "0"}
            done = stack.command("serve", environment=SECRETS | own | environment, seconds=60)
            assert done.returncode == 1 and says in done.stderr and "panicked" not in done.stderr, done
            assert len(done.stderr.splitlines()) <= 2 and "Secret-Value" not in done.stderr, done.stderr
    finally:
        stack.stop()
