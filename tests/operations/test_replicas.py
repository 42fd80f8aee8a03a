"""Replicas that share a PostgreSQL and a Redis."""

import concurrent.futures
import secrets
import urllib.error
import urllib.request

import pytest
from lab import ask, within
from rules import Limited

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
            ({"REDIS_URL": "rediss+sentinel://:Secret-Value-77@127.0.0.1:1", "DATABASE_URL": database}, "redis+sentinel://"),
        ):
            own = {"THINKWATCH_DATA_DIR": "fresh", "GATEWAY_PORT": "0", "CONSOLE_PORT": "0"}
            done = stack.command("serve", environment=SECRETS | own | environment, seconds=60)
            assert done.returncode == 1 and says in done.stderr and "panicked" not in done.stderr, done
            assert len(done.stderr.splitlines()) <= 2 and "Secret-Value" not in done.stderr, done.stderr
    finally:
        stack.stop()


def limit(stack: Stack, what: str, fields: dict, kind: str = "organisation", name: str = "-") -> dict:
    return stack.console.call("POST", f"/api/admin/limits/{kind}/{name}/{what}", fields, expect=201)


def test_limits_hold_over_both_replicas_and_outlive_redis(server, redis):
    shared = SECRETS | {"DATABASE_URL": server.database("limits"), "REDIS_URL": redis.url, "THINKWATCH_SETTING_GATEWAY__LIMITS__REDIS_TIMEOUT_MS": "5000"}
    one, two = Stack(environment=shared), None
    try:
        two = Stack(environment=shared, house=False)
        two.openai_key, two.anthropic_key = one.openai_key, one.anthropic_key
        key = one.console.call("POST", "/api/keys", {"name": "limited"})
        lineage = key["lineage_id"]
        limit(one, "rules", {"metric": "requests", "window": "1h", "max": 12}, "key", lineage)
        limit(one, "budgets", {"period": "monthly", "unit": "usd", "max": "1000", "hard": True}, "key", lineage)

        def call(stack: Stack):
            return ask(stack, Calls(stack), "chat", "house-mini", key=key["key"], max_tokens=5)

        within(20, lambda: call(two).headers.get("x-ratelimit-limit-requests") == "12", "the rule did not reach the other replica")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(call, [one, two] * 15))
        assert {answer.status for answer in answers} <= {200, 429}, [(a.status, a.body) for a in answers][:4] + [one.gateway.tail(5), two.gateway.tail(5)]
        assert all(b"key:requests/1h" in answer.body for answer in answers if answer.status == 429)
        let_in = [exchange for exchange in one.simulator.journal() if exchange.entry.get("method") == "POST"]
        assert len(let_in) <= 12, len(let_in)
        one.console.call("DELETE", f"/api/admin/limits/key/{lineage}/rules", expect=None)

        # Spent money is in the store: an emptied Redis learns it again, and until then nobody spends.
        def budget(stack: Stack) -> dict:
            return stack.console.call("GET", f"/api/admin/limits/key/{lineage}/budgets")["items"][0]

        spent = within(20, lambda: (u := budget(one)["usage"]) and float(u["used"]) > 0 and u["used"], "nothing was spent")
        redis.kill()
        assert within(20, lambda: (a := call(one)).status == 503 and a).body.count(b"limits_unavailable") == 1
        redis.start()
        within(60, lambda: call(one).status == 200 and call(two).status == 200, "budgets did not come back")
        assert float(within(20, lambda: (u := budget(one)["usage"]) and u["used"])) >= float(spent)
    finally:
        for stack in (one, two):
            if stack:
                stack.stop()


@pytest.mark.parametrize("way", ["tls", "sentinel"])
def test_limits_hold_over_tls_and_where_a_sentinel_says(server, way):
    redis, stack = Redis(tls=way == "tls"), None
    try:
        url = {"REDIS_URL": redis.tls_url, "REDIS_CA_FILE": str(redis.authority)} if way == "tls" else {"REDIS_URL": redis.watched()}
        shared = SECRETS | {"DATABASE_URL": server.database(f"by_{way}")} | url
        stack = Stack(environment=shared)
        limited = Limited(stack)
        limited.rule("requests", 2)
        assert [ask(stack, Calls(stack), "chat", "house-mini", key=limited.key).status for _ in range(3)] == [200, 200, 429]
        done = stack.command("doctor")
        said = {"tls": "over TLS, forgets nothing", "sentinel": "(found by sentinels), forgets nothing"}[way]
        assert done.returncode == 0 and said in done.stdout, done
        if way == "tls":
            # Nobody vouches for it but the file.
            done = stack.command("doctor", environment={"REDIS_CA_FILE": ""})
            assert done.returncode == 1 and "FAIL  redis: not reachable" in done.stdout, done
            done = stack.command("doctor", environment={"REDIS_URL": redis.url})
            assert done.returncode != 0 and "REDIS_CA_FILE is set while REDIS_URL asks for no TLS" in done.stdout + done.stderr, done
    finally:
        if stack:
            stack.stop()
        redis.remove()
