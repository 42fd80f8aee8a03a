"""Whatever comes in, out goes a typed error of the endpoint's dialect; the process lives and stays small."""

import concurrent.futures
import json
import socket
import time

import pytest
from cases import BODIES, FRAMED, GOOD, framings

from harness import raw

MOST_MEMORY_MB = 400
# Of a debug build, 30 s after load.
AFTER_LOAD_MB = 200


@pytest.fixture(scope="module", autouse=True)
def alive_and_small(stack):
    yield
    if stack.gateway:
        assert stack.gateway.alive(), stack.gateway.tail()
        assert stack.gateway.memory_mb() < MOST_MEMORY_MB
        for endpoint, body in GOOD.items():
            assert raw.post(stack, endpoint, json.dumps(body).encode()).status == 200, "it no longer serves"


def check_typed(endpoint: str, answer: raw.Answer) -> None:
    assert 400 <= answer.status < 500, answer
    assert answer.headers.get("content-type", "").startswith("application/json"), answer
    body = json.loads(answer.body)
    error = body["error"]
    assert isinstance(error["message"], str) and error["message"], body
    assert isinstance(error["type"], str) and error["type"], body
    if endpoint in ("messages", "count"):
        assert body["type"] == "error" and isinstance(body["request_id"], str) and body["request_id"], body
        assert error["type"].endswith("_error") or error["type"] == "request_too_large", body
    else:
        assert {"message", "type", "param", "code"} <= set(error), body
    assert "panicked" not in answer.body.decode()


def test_there_are_enough_cases():
    assert len(BODIES) >= 200


@pytest.mark.parametrize("endpoint", list(GOOD))
def test_what_the_cases_start_from_is_good(stack, endpoint):
    assert raw.post(stack, endpoint, json.dumps(GOOD[endpoint]).encode()).status == 200


# A provider may well take a field twice; the gateway, which decides by it, must not.
CASES = [
    pytest.param(endpoint, body, headers, id=f"{endpoint}: {name}"[:90], marks=[pytest.mark.gateway] if name.startswith("twice") else [])
    for endpoint, name, body, headers in BODIES
]


@pytest.mark.parametrize(("endpoint", "body", "headers"), CASES)
def test_bodies(stack, endpoint, body, headers):
    check_typed(endpoint, raw.post(stack, endpoint, body, headers))


@pytest.mark.gateway
@pytest.mark.parametrize(("name", "endpoint"), [(f[0], f[1]) for f in framings("tw-k")], ids=[f"{f[1]}: {f[0]}"[:90] for f in framings("tw-k")])
def test_framings(stack, name, endpoint):
    wire, typed = next((f[2], f[3]) for f in framings(stack.openai_key) if (f[0], f[1]) == (name, endpoint))
    got = raw.exchange(stack, wire)
    answer = raw.parsed(got)
    if typed:
        check_typed(endpoint, answer)
    elif got and answer.status:
        assert 200 <= answer.status < 500, got[:300]


@pytest.mark.gateway
@pytest.mark.parametrize("endpoint", FRAMED)
@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_bodies_of_60_mb(stack, endpoint, framing):
    """With a length nothing needs to be read; without one reading must end at the limit."""
    piece = b"a" * 1_000_000
    head = (
        f"POST {raw.PATHS[endpoint]} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {stack.openai_key}\r\n"
        f"content-type: application/json\r\nconnection: close\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", stack.port), timeout=30) as wire:
        try:
            if framing == "length":
                wire.sendall(head + b"content-length: 60000000\r\n\r\n")
            else:
                wire.sendall(head + b"transfer-encoding: chunked\r\n\r\n")
            for number in range(60):
                first = b'{"model":"' if number == 0 else b""
                wire.sendall(first + piece[len(first) :] if framing == "length" else b"f4240\r\n" + first + piece[len(first) :] + b"\r\n")
            if framing == "chunks":
                wire.sendall(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass
        got = b""
        try:
            while part := wire.recv(65536):
                got += part
        except (ConnectionResetError, TimeoutError):
            pass
    answer = raw.parsed(got)
    assert answer.status == 413, got[:200]
    check_typed(endpoint, answer)


@pytest.mark.gateway
def test_many_large_bodies_at_once_stay_within_the_limit(stack):
    """Each just below the limit for one body; together they may fill what is allowed for all, never more."""
    body = b'{"model":"no-such-model","messages":[{"role":"user","content":"' + b"a" * 40_000_000 + b'"}]}'
    peak = 0.0
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(raw.post, stack, "chat", body) for _ in range(8)]
        while not all(one.done() for one in sent):
            peak = max(peak, stack.gateway.memory_mb())
            time.sleep(0.02)
    for one in sent:
        answer = one.result()
        assert answer.status in (404, 503, 529), answer
        assert json.loads(answer.body)["error"]["message"]
    assert peak < 800, peak
    # The allocator gives pages back a little later, at the latest when the process does something again.
    deadline = time.monotonic() + 30
    while (now := stack.gateway.memory_mb()) > AFTER_LOAD_MB:
        assert time.monotonic() < deadline, f"memory did not come back: {now} MB"
        time.sleep(0.2)


@pytest.mark.gateway
@pytest.mark.parametrize("endpoint", list(GOOD))
def test_a_body_that_breaks_off(stack, calls, endpoint):
    body = json.dumps(GOOD[endpoint]).encode()
    head = f"POST {raw.PATHS[endpoint]} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {stack.openai_key}\r\ncontent-type: application/json\r\n"
    for framing in (f"content-length: {len(body) + 10}\r\n\r\n".encode() + body, b"transfer-encoding: chunked\r\n\r\n5\r\n" + body[:5] + b"\r\n"):
        with socket.create_connection(("127.0.0.1", stack.port), timeout=5) as wire:
            wire.sendall(head.encode() + framing)
            wire.shutdown(socket.SHUT_WR)
            got = b""
            try:
                while part := wire.recv(65536):
                    got += part
            except ConnectionResetError:
                pass
            if got:
                check_typed(endpoint, raw.parsed(got))
    assert stack.simulator.mark() == calls.mark, "half a request was sent on"
