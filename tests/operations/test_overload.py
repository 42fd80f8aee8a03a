"""An overloaded gateway sheds with a typed error instead of growing, and serves again when the load is gone."""

import contextlib

import pytest
from lab import ask, begun, body, typed, within

from harness import raw
from harness.calls import Calls
from harness.stack import Stack


@pytest.fixture(scope="module")
def small():
    stack = Stack(environment={
        "THINKWATCH_SETTING_GATEWAY__MAX_CONCURRENT": "2", "THINKWATCH_SETTING_GATEWAY__MAX_BUFFERED_BYTES": "2000000",
    })
    yield stack
    stack.stop()


@pytest.fixture
def calls(small):
    return Calls(small)


def shed(endpoint: str, answer: raw.Answer, why: str) -> None:
    assert answer.status == (529 if endpoint in ("messages", "count") else 503), answer
    assert int(answer.headers["retry-after"]) >= 1
    assert why in typed(endpoint, answer)


@pytest.mark.parametrize("endpoint", ["chat", "responses", "messages", "count", "embeddings"])
def test_more_calls_than_allowed_are_shed(small, calls, endpoint):
    name = {"chat": "gpt-4o-mini", "responses": "gpt-5", "messages": "claude-haiku-4-5", "count": "claude-haiku-4-5", "embeddings": "text-embedding-3-small"}[endpoint]
    with contextlib.ExitStack() as open_calls:
        for _ in range(2):
            wire = open_calls.enter_context(begun(small, calls, "chat", "gpt-4o-mini", "[[sim: tokens=2000 delay-ms=20]]"))
            assert wire.recv(20).startswith(b"HTTP/1.1 200")
        mark = small.simulator.mark()
        shed(endpoint, ask(small, calls, endpoint, name), "too many calls")
        assert small.simulator.mark() == mark, "a shed call reached the provider"
    within(1, lambda: ask(small, calls, endpoint, name).status == 200, "it did not recover")


def test_more_bytes_than_allowed_are_shed(small, calls):
    text = "a" * 1_200_000
    with begun(small, calls, "chat", "gpt-4o-mini", "[[sim: tokens=2000 delay-ms=20]]" + text) as wire:
        assert wire.recv(20).startswith(b"HTTP/1.1 200")
        shed("messages", raw.post(small, "messages", body("messages", "claude-haiku-4-5", text)), "memory")
        assert ask(small, calls, "chat", "gpt-4o-mini").status == 200, "a small one still fits"
    within(1, lambda: ask(small, calls, "chat", "gpt-4o-mini", text).status == 200, "it did not recover")


def test_the_list_of_models_and_health_answer_while_calls_are_shed(small, calls):
    with contextlib.ExitStack() as open_calls:
        for _ in range(2):
            wire = open_calls.enter_context(begun(small, calls, "messages", "claude-haiku-4-5", "[[sim: tokens=2000 delay-ms=20]]"))
            assert wire.recv(20).startswith(b"HTTP/1.1 200")
        done = small.command("health")
        assert done.returncode == 0, done
        assert small.console.call("GET", "/api/health")["status"]
