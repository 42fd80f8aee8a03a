"""Each stage has its limit, and no broken answer looks like a whole one."""

import json
import socket
import time

import pytest
from lab import ERRORS, ask, begun, complete, typed, within

from harness.calls import Calls
from harness.stack import Stack

MODELS = {"chat": "gpt-4o-mini", "responses": "gpt-5", "messages": "claude-haiku-4-5"}
LIMIT = 0.5


@pytest.fixture(scope="module")
def hasty():
    limits = {"FIRST_BYTE_LAST_MS": 500, "IDLE_MS": 500, "TOTAL_S": 1, "CLIENT_BODY_MS": 500}
    stack = Stack(environment={f"THINKWATCH_SETTING_GATEWAY__TIMEOUT__{name}": str(value) for name, value in limits.items()})
    yield stack
    stack.stop()


@pytest.fixture
def calls(hasty):
    return Calls(hasty)


@pytest.mark.parametrize(("stream", "limit"), [(True, LIMIT), (False, 1.0)])
@pytest.mark.parametrize("endpoint", MODELS)
def test_a_silent_provider_is_given_up(hasty, calls, endpoint, stream, limit):
    began = time.monotonic()
    answer = ask(hasty, calls, endpoint, MODELS[endpoint], "[[sim: silent]]", stream)
    assert limit <= time.monotonic() - began < limit + 1
    assert answer.status == 504 and typed(endpoint, answer), answer
    hasty.simulator.wait_until(lambda e: e.disconnected_us, calls.mark)
    row = calls.records(1, outcome="upstream_error", status_code=504)[0]
    assert "timeout" in row["error_class"] and len(row["attempts"]) == 1


BREAKS = {"stalls": "stall-after=6", "is cut": "cut-after=6", "tells an error": "error-event-after=6"}


@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize("endpoint", MODELS)
def test_a_stream_that_breaks_ends_with_a_typed_error_event(hasty, calls, endpoint, how):
    began = time.monotonic()
    answer = ask(hasty, calls, endpoint, MODELS[endpoint], f"[[sim: tokens=40 {BREAKS[how]}]]", True)
    assert answer.status == 200 and not complete(endpoint, answer, True), answer.body[-500:]
    assert ERRORS[endpoint] in answer.body.replace(b": ", b":").replace(b"data:", b"data: ").replace(b"event:", b"event: "), answer.body[-500:]
    last = [line for line in answer.body.decode().splitlines() if line.startswith("data:")][-1]
    assert json.loads(last.removeprefix("data:"))
    if how == "stalls":
        assert LIMIT <= time.monotonic() - began < LIMIT + 1
        hasty.simulator.wait_until(lambda e: e.disconnected_us or e.complete, calls.mark)
    row = calls.records(1, outcome="upstream_error", status_code=200, stream=True)[0]
    assert row["error_class"] and row["input_tokens"] > 0


@pytest.mark.parametrize("endpoint", MODELS)
def test_a_json_answer_that_is_cut_is_an_error(hasty, calls, endpoint):
    answer = ask(hasty, calls, endpoint, MODELS[endpoint], "[[sim: tokens=40 cut-after=1]]")
    assert answer.status == 502 and typed(endpoint, answer), answer
    calls.records(1, outcome="upstream_error", status_code=502)


@pytest.mark.parametrize("endpoint", MODELS)
def test_slow_events_are_not_silence(hasty, calls, endpoint):
    """Longer altogether than any of the limits."""
    answer = ask(hasty, calls, endpoint, MODELS[endpoint], "[[sim: tokens=10 delay-ms=200]]", True)
    assert complete(endpoint, answer, True)
    assert calls.record()["duration_ms"] > 2000


def test_a_client_that_stops_sending_is_given_up(hasty, calls):
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {hasty.openai_key}\r\ncontent-length: 100\r\n\r\n{{"
    with socket.create_connection(("127.0.0.1", hasty.port), timeout=5) as wire:
        wire.sendall(head.encode())
        began = time.monotonic()
        assert wire.recv(100).startswith(b"HTTP/1.1 408")
        assert LIMIT <= time.monotonic() - began < LIMIT + 1
    assert hasty.simulator.mark() == calls.mark


def test_nothing_is_left_open(hasty, calls):
    with begun(hasty, calls, "chat", "gpt-4o-mini", "[[sim: silent]]") as wire:
        assert wire.recv(30).startswith(b"HTTP/1.1 504")
    within(2, lambda: hasty.simulator.stats()["open"] == 0, "calls go on at the provider")
