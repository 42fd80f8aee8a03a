"""Providers that say 200 and send what is no answer: a typed error that says what was wrong, never a success, and the next route where
there is one. A server of a few lines plays them, so that not even the simulator's own HTTP is between."""

import http.server
import json
import threading

import pytest

from harness.calls import Calls
from harness.raw import post
from harness.simulator import OPENAI_KEY
from harness.stack import Stack

ASK = {"messages": [{"role": "user", "content": "hello"}], "max_tokens": 50}
ANSWER = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [
    {"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}}
EVENT = b'data: {"id":"c","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}\n\n'
EVENTS = EVENT + b'data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
BROKEN_DEEP = b'{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"]}]}'
ERROR = {"error": {"message": "the model is on fire", "code": 503}}

JSON, SSE = "application/json", "text/event-stream"
# name: whether a stream is asked for, the kind of body, the body, what the message says, error class
NONSENSE = {
    "broken deep inside": (False, JSON, BROKEN_DEEP, "valid JSON", "protocol"),
    "a page": (False, "text/html", b"<html>Sign in to the network</html>", "valid JSON", "protocol"),
    "nothing": (False, JSON, b"", "valid JSON", "protocol"),
    "an error as a success": (False, JSON, json.dumps(ERROR).encode(), "the model is on fire", "server_error"),
    "events for JSON": (False, SSE, EVENTS, "in the form it was asked for", "protocol"),
    "JSON for events": (True, JSON, json.dumps(ANSWER).encode(), "in the form it was asked for", "protocol"),
    "an error for events": (True, JSON, json.dumps(ERROR).encode(), "the model is on fire", "server_error"),
    "a page for events": (True, "text/html", b"<html>Sign in to the network</html>", "", "broken"),
}


class Nonsense(http.server.ThreadingHTTPServer):
    """Answers each call with what it is told to."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.kind, self.body = JSON, b"{}"
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server_port}/v1"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        if self.server.kind:
            self.send_header("content-type", self.server.kind)
        self.send_header("content-length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)


@pytest.fixture(scope="module")
def lab():
    stack = Stack()
    stack.nonsense = Nonsense()
    try:
        for name, address in (("nonsense", stack.nonsense.url), ("sound", stack.simulator.url)):
            stack.console.call("POST", "/api/admin/providers", {
                "name": name, "provider_type": "custom", "base_url": address, "api_key": OPENAI_KEY, "allow_private_network": True,
                "config": {"dialects": ["chat"]},
            }, expect=201)
        first, second = ({"provider": name, "upstream_model": "gpt-sim", "priority": at} for at, name in enumerate(("nonsense", "sound")))
        stack.console.call("POST", "/api/admin/models", {"model_id": "alone", "routes": [first]})
        stack.console.call("POST", "/api/admin/models", {"model_id": "followed", "routes": [first, second]})
        yield stack
    finally:
        stack.nonsense.shutdown()
        stack.stop()


@pytest.fixture
def calls(lab):
    return Calls(lab)


def ask(lab, calls, dialect: str, model: str, stream: bool):
    return post(lab, dialect, json.dumps(ASK | {"model": model, "stream": stream}).encode(), headers=calls.headers)


@pytest.mark.parametrize("dialect", ["chat", "messages"])
@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_a_typed_error(lab, calls, name, dialect):
    stream, lab.nonsense.kind, lab.nonsense.body, says, error_class = NONSENSE[name]
    answer = ask(lab, calls, dialect, "alone", stream)
    told = json.loads(answer.body)
    assert answer.status == 502 and answer.headers["content-type"] == "application/json", answer
    if dialect == "chat" or error_class == "server_error":
        assert says in told["error"]["message"], told
    assert told["error"]["type"] == {"chat": "upstream_error", "messages": "api_error"}[dialect]
    row = calls.record(outcome="upstream_error", status=502)
    assert row["error_class"] == error_class or dialect == "messages" and row["error_class"] == "protocol", row


@pytest.mark.parametrize("name", NONSENSE)
def test_the_next_route_answers_instead(lab, calls, name):
    stream, lab.nonsense.kind, lab.nonsense.body, _, _ = NONSENSE[name]
    answer = ask(lab, calls, "chat", "followed", stream)
    assert answer.status == 200 and b"fp_sim" in answer.body, answer
    row = calls.record(provider="sound")
    assert [attempt["provider"] for attempt in row["attempts"]] == ["nonsense", "sound"]


@pytest.mark.parametrize("kind", [SSE, "text/plain; charset=utf-8", "application/octet-stream", ""])
@pytest.mark.parametrize("dialect", ["chat", "messages"])
def test_events_are_events_whatever_a_server_calls_them(lab, calls, dialect, kind):
    lab.nonsense.kind, lab.nonsense.body = kind, EVENTS
    answer = ask(lab, calls, dialect, "alone", True)
    assert answer.status == 200 and b'"Hi"' in answer.body, answer
    assert dialect == "messages" or answer.body == EVENTS
    calls.record(error_class="")


@pytest.mark.parametrize("dialect", ["chat", "messages"])
def test_an_event_that_is_broken_deep_inside_ends_the_stream(lab, calls, dialect):
    broken = b'data: {"id":"c","choices":[{"index":0,"delta":{"content":"Hi"]},"finish_reason":null}]}\n\n'
    lab.nonsense.kind, lab.nonsense.body = SSE, EVENT + EVENT + broken + EVENTS
    answer = ask(lab, calls, dialect, "alone", True)
    # Where all came at once nothing had left yet.
    assert b"error" in answer.body and broken not in answer.body and b"message_stop" not in answer.body and b"[DONE]" not in answer.body
    calls.records(1, outcome="upstream_error", error_class="protocol")
