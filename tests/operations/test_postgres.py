"""The same on PostgreSQL."""

import json
import secrets

import pytest
from lab import ask, model, within

from harness.calls import Calls
from harness.console import ADMIN
from harness.postgres import Postgres
from harness.stack import Stack

SECRETS = {"JWT_SECRET": secrets.token_urlsafe(40), "ENCRYPTION_KEY": secrets.token_hex(32)}


@pytest.fixture(scope="module")
def server():
    server = Postgres()
    yield server
    server.remove()


def test_set_up_a_key_a_call_its_record_and_the_usage(server):
    stack = Stack(environment=SECRETS | {"DATABASE_URL": server.database("smoke")})
    try:
        key = stack.key(allowed_models=["house-*", "mine"])
        model(stack, "mine", {"provider": "house", "upstream_model": "gpt-4o"}, prices={"input": "1.5", "output": "2.5"})
        calls = Calls(stack)
        for endpoint, name, stream in (("chat", "mine", False), ("responses", "house-mini", True), ("messages", "house-claude", True)):
            assert within(1, lambda: (a := ask(stack, calls, endpoint, name, stream=stream, key=key)).status == 200 and a)
        rows = calls.records(3, outcome="ok", usage_estimated=False)
        path = "/api/analytics/usage?group_by=model"
        usage = within(1, lambda: (u := stack.console.call("GET", path))["total"]["requests"] == 3 and u)
        assert usage["total"]["output_tokens"] == sum(row["output_tokens"] for row in rows)
        assert not (stack.folder / "data" / "thinkwatch.db").exists(), "it wrote to the embedded store"

        done = stack.command("usage", "--json", "--by", "model")
        assert done.returncode == 0 and json.loads(done.stdout)["total"]["calls"] == 3, done
        done = stack.command("doctor")
        assert done.returncode == 0 and "store: reachable" in done.stdout, done

        assert stack.gateway.stop() == 0, stack.gateway.tail()
        stack.start()
        stack.console.sign_in()
        assert stack.console.call("GET", path)["items"] == usage["items"]
        assert ask(stack, Calls(stack), "chat", "mine", key=key).status == 200
        wrong = stack.gateway.stop() or stack.command("serve", environment={"ENCRYPTION_KEY": secrets.token_hex(32)}, seconds=20)
        assert wrong.returncode == 1 and "ENCRYPTION_KEY" in wrong.stderr + wrong.stdout, wrong
    finally:
        stack.stop()


def test_calls_and_records_go_on_while_the_store_is_away(server):
    stack = Stack(environment=SECRETS | {"DATABASE_URL": server.database("away")})
    try:
        calls = Calls(stack)
        assert ask(stack, calls, "chat", "house-mini").status == 200
        calls.records(1, outcome="ok")
        server.stop()
        for _ in range(5):
            assert ask(stack, calls, "chat", "house-mini", "[[sim: tokens=9]]", stream=True).status == 200
        assert stack.command("health").returncode == 0
        server.start()
        within(20, lambda: usage(stack) == 6, "the ledger did not catch up")
        assert len(calls.records(6, outcome="ok")) == 6
    finally:
        if server.child.poll() is not None:
            server.start()
        stack.stop()


def usage(stack: Stack) -> int:
    try:
        return stack.console.call("GET", "/api/analytics/usage")["total"]["requests"]
    except AssertionError:
        return -1


def test_an_unreachable_store_is_one_line(server):
    stack = Stack()
    try:
        for url in ("postgres://postgres@127.0.0.1:1/x", f"postgres://postgres@127.0.0.1:{server.port}/no_such_database"):
            done = stack.command("serve", environment=SECRETS | {"DATABASE_URL": url, "THINKWATCH_DATA_DIR": "fresh", "GATEWAY_PORT": "0", "CONSOLE_PORT": "0"}, seconds=60)
            assert done.returncode == 1 and "panicked" not in done.stderr and "store" in done.stderr, done
            assert len(done.stderr.splitlines()) <= 2, done.stderr
    finally:
        stack.stop()


def test_a_request_log_in_files_is_moved_into_the_database(server):
    """Who goes from SQLite to PostgreSQL with the same data directory keeps the log (not the store: that is set up anew)."""
    stack = Stack()
    try:
        calls = Calls(stack)
        for _ in range(3):
            assert ask(stack, calls, "chat", "house-mini").status == 200
        before = calls.records(3, outcome="ok")
        assert stack.gateway.stop() == 0, stack.gateway.tail()
        logs = stack.folder / "data" / "logs"
        assert list((logs / "gateway").glob("*.sqlite")), "there are no files to move"

        stack.environment |= SECRETS | {"DATABASE_URL": server.database("moved")}
        stack.start()
        stack.console.token = None
        stack.console.call("POST", "/api/setup/initialize", {"admin": ADMIN, "site_name": "Tests"}, expect=201)
        stack.console.sign_in()
        within(30, lambda: (stack.folder / "data" / "logs.moved").exists() and not logs.exists(), stack.gateway.tail())
        after = stack.console.rows(calls.session, 3)
        # Whose keys and routes are gone with the store is still said by the rows.
        for row in (*before, *after):
            row.pop("key_name", None)
        assert after == before
    finally:
        stack.stop()
