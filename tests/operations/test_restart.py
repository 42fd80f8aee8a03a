"""Stopping and starting: nothing is lost, and what cannot start says why in one line."""

import contextlib
import signal
import socket
import subprocess
import time

import pytest
from lab import ask, begun, model, within

from harness.calls import Calls
from harness.processes import free_port
from harness.stack import Stack


@pytest.fixture
def own():
    stack = Stack()
    yield stack
    stack.stop()


def test_a_restart_keeps_everything(own):
    calls = Calls(own)
    key = own.key(allowed_models=["house-*"], tags={"team": "red"})
    model(own, "kept", {"provider": "house", "upstream_model": "gpt-4o"}, prices={"input": "1", "output": "2"})
    for endpoint, name in (("chat", "kept"), ("messages", "house-claude"), ("chat", "house-mini")):
        assert ask(own, calls, endpoint, name, stream=True).status == 200
    assert ask(own, calls, "chat", "house-mini", key=key).status == 200
    rows = calls.records(4, outcome="ok")
    usage = within(1, lambda: (u := own.console.call("GET", "/api/analytics/usage?group_by=model"))["total"]["requests"] == 4 and u)
    began = time.monotonic()
    assert own.gateway.stop() == 0, own.gateway.tail()
    assert time.monotonic() - began < 5
    own.start()

    own.console.sign_in()
    assert sums(own.console.call("GET", "/api/analytics/usage?group_by=model")) == sums(usage)
    assert {row["id"] for row in own.console.rows(calls.session, 4)} == {row["id"] for row in rows}
    later = Calls(own)
    assert ask(own, later, "chat", "kept").status == 200
    assert ask(own, later, "chat", "house-mini", key=key).status == 200
    assert ask(own, later, "chat", "kept", key=key).status == 403
    assert {row["tags"].get("team") for row in later.records(3)} == {None, "red"}


def sums(usage: dict) -> tuple:
    return usage["items"], usage["total"]


def test_a_stop_lets_streams_finish_and_takes_no_new_ones(own):
    calls = Calls(own)
    with begun(own, calls, "chat", "house-mini", "[[sim: tokens=60 delay-ms=30]]") as wire:
        assert wire.recv(20).startswith(b"HTTP/1.1 200")
        own.gateway.child.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert own.gateway.alive(), "it did not wait for the stream"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", own.port), timeout=2).close()
        got = b""
        while part := wire.recv(65536):
            got += part
    assert b"data: [DONE]" in got
    assert own.gateway.child.wait(timeout=10) == 0
    own.start()
    own.console.sign_in()
    assert calls.record(output_tokens=60, usage_estimated=False)


def test_a_stop_has_its_deadline():
    stack = Stack(environment={"THINKWATCH_SETTING_SERVER__DRAIN_S": "1"})
    with contextlib.ExitStack() as at_the_end:
        at_the_end.callback(stack.stop)
        calls = Calls(stack)
        with begun(stack, calls, "chat", "house-mini", "[[sim: tokens=4000 delay-ms=30]]") as wire:
            assert wire.recv(20).startswith(b"HTTP/1.1 200")
            began = time.monotonic()
            assert stack.gateway.stop() == 0, stack.gateway.tail()
            assert 0.9 < time.monotonic() - began < 5
        stack.start()
        stack.console.sign_in()
        assert calls.records(1)[0]["outcome"] in ("cancelled", "interrupted")


def start(own: Stack, environment: dict) -> subprocess.CompletedProcess:
    """A start that must fail: what it says."""
    done = own.command("serve", environment=environment, seconds=20)
    assert done.returncode not in (0, 101) and done.returncode > 0, done
    return done


def one_line(done: subprocess.CompletedProcess, *words: str) -> None:
    lines = [line for line in (done.stdout + done.stderr).splitlines() if '"level":"INFO"' not in line]
    said = [line for line in lines if all(word.lower() in line.lower() for word in words)]
    assert said, f"{words} not in one line of {lines}"
    assert len(lines) <= 2 and "panicked" not in str(lines), lines


def test_what_another_process_holds(own):
    other = {"GATEWAY_PORT": str(free_port()), "CONSOLE_PORT": str(free_port())}
    one_line(start(own, other), "data directory", "in use", "THINKWATCH_DATA_DIR")
    elsewhere = {"THINKWATCH_DATA_DIR": str(own.folder / "elsewhere")}
    one_line(start(own, other | elsewhere | {"GATEWAY_PORT": str(own.port)}), str(own.port), "GATEWAY_PORT")
    one_line(start(own, other | elsewhere | {"CONSOLE_PORT": own.console.url.rsplit(":")[-1]}), "CONSOLE_PORT")
    assert own.gateway.alive()
    assert ask(own, Calls(own), "chat", "house-mini").status == 200


def test_secrets_that_do_not_fit_the_store(own):
    assert own.gateway.stop() == 0
    one_line(start(own, {"ENCRYPTION_KEY": "4f" * 31 + "a7"}), "ENCRYPTION_KEY")
    own.start()
    assert ask(own, Calls(own), "chat", "house-mini").status == 200


WRONG = {
    "REDIS_URL": ("redis://localhost", "the store is SQLite"),
    "CLICKHOUSE_URL": ("http://localhost:8123", "not supported by this version"),
    "OIDC_ISSUER_URL": ("https://login.example.com", "not supported by this version"),
    "ADMIN_PASSWORD": ("Secret-Value-77", "not supported by this version"),
    "THINKWATCH_DATADIR": ("/tmp/x", "did you mean THINKWATCH_DATA_DIR"),
    "THINKWATCH_SETTING_GATEWAY__MAX_CONCURENT": ("5", "max_concurrent"),
    "THINKWATCH_SETTING_GATEWAY__MAX_CONCURRENT": ("none", "whole number"),
    "GATEWAY_PORT": ("70000", "GATEWAY_PORT"),
    "GATEWAY_HOST": ("nowhere at all", "GATEWAY_HOST"),
    "JWT_SECRET": ("short", "32"),
    "ENCRYPTION_KEY": ("xyz", "64 hex"),
    "DATABASE_URL": ("mysql://root:Secret-Value-77@localhost/x", "DATABASE_URL"),
    "TRUSTED_PROXIES": ("10.0.0.0/99", "TRUSTED_PROXIES"),
    "EXTRA_CA_FILE": ("/no/such/file.pem", "EXTRA_CA_FILE"),
    "THINKWATCH_DATA_DIR": ("/proc/no", "data directory"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_variable_is_one_line(stack, name):
    value, words = WRONG[name]
    done = start(stack, {"THINKWATCH_DATA_DIR": str(stack.folder / "fresh"), "GATEWAY_PORT": "0", "CONSOLE_PORT": "0"} | {name: value})
    one_line(done, words)
    assert "Secret-Value-77" not in done.stdout + done.stderr
    assert not (stack.folder / "fresh" / "thinkwatch.db").exists(), "it began before it had checked"


def test_several_wrong_variables_are_a_line_each(stack):
    done = start(stack, {"REDIS_URL": "redis://x", "GATEWAY_PORT": "zero", "JWT_SECRET": "short"})
    said = (done.stdout + done.stderr).splitlines()
    for name in ("REDIS_URL", "GATEWAY_PORT", "JWT_SECRET"):
        assert len([line for line in said if name in line]) == 1, said


def test_a_remote_postgres_without_tls_or_secrets_is_refused(stack):
    url = {"DATABASE_URL": "postgres://u:Secret-Value-77@db.example.com/x?sslmode=disable"}
    done = start(stack, url | {"THINKWATCH_DATA_DIR": str(stack.folder / "fresh")})
    text = done.stdout + done.stderr
    assert "sslmode" in text.lower() and "JWT_SECRET" in text and "ENCRYPTION_KEY" in text and "Secret-Value-77" not in text, text
