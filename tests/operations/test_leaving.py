"""Clients that leave, and clients that do not read."""

import socket
import statistics
import time

import pytest
from lab import begun, within

MODELS = {"chat": "gpt-4o-mini", "responses": "gpt-5", "messages": "claude-haiku-4-5"}


@pytest.mark.parametrize("endpoint", MODELS)
def test_the_provider_is_left_within_50_ms(stack, calls, endpoint):
    """The median of several: this machine does other things, too."""
    took = []
    for _ in range(7):
        mark = stack.simulator.mark()
        with begun(stack, calls, endpoint, MODELS[endpoint], "[[sim: tokens=2000 delay-ms=10]]") as wire:
            assert wire.recv(20).startswith(b"HTTP/1.1 200")
            left = time.time()
        gone = stack.simulator.wait_until(lambda e: e.disconnected_us, mark)
        took.append(gone.disconnected_us / 1e6 - left)
    assert statistics.median(took) < 0.05, took
    for row in calls.records(7, outcome="cancelled", stream=True):
        assert row["input_tokens"] > 0 and row["usage_estimated"], row
    assert all(float(row["cost_usd"]) >= 0 for row in calls.records(7))


@pytest.mark.parametrize("endpoint", MODELS)
def test_who_leaves_before_the_answer_cancels_too(stack, calls, endpoint):
    with begun(stack, calls, endpoint, MODELS[endpoint], "[[sim: slow-headers=5000]]", stream=False):
        within(2, lambda: stack.simulator.journal(calls.mark), "nothing arrived")
        left = time.time()
    gone = stack.simulator.wait_until(lambda e: e.disconnected_us, calls.mark)
    assert gone.disconnected_us / 1e6 - left < 0.5
    row = calls.records(1, outcome="cancelled")[0]
    assert row["input_tokens"] > 0 and row["status_code"] == 499


def test_a_client_that_does_not_read_costs_no_memory(stack, calls):
    """200 MB are on offer; what the gateway takes in is bounded by what the client takes."""
    before = stack.gateway.memory_mb()
    text = "[[sim: chunks=3400 size=60000]]"
    peak, most = 0.0, 60
    with begun(stack, calls, "chat", "house-mini", text) as wire:
        wire.settimeout(60)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        assert wire.recv(20).startswith(b"HTTP/1.1 200")
        until = time.monotonic() + 4
        while time.monotonic() < until:
            peak = max(peak, stack.gateway.memory_mb())
            time.sleep(0.05)
        assert peak - before < most, (before, peak)
        (exchange,) = stack.simulator.journal(calls.mark)
        assert len(exchange.answered) < 60_000_000, "it was read ahead of the client"
        # Read on: all of it comes, and memory stays bounded at full speed, too.
        got, tail = 20, b""
        while part := wire.recv(1 << 20):
            got, tail = got + len(part), (tail + part)[-200:]
            peak = max(peak, stack.gateway.memory_mb())
            if b"data: [DONE]" in tail:
                break
    assert got > 200_000_000 and peak - before < most, (got, before, peak)
    assert calls.record(stream=True)["response_bytes"] > 200_000_000
