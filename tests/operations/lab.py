"""What the tests of this folder share: providers beside the house, calls by hand, and reading what came back."""

import contextlib
import http.client
import json
import socket
import time

from harness import raw
from harness.calls import Calls
from harness.simulator import ANTHROPIC_KEY, OPENAI_KEY, Simulator
from harness.stack import Stack

MODEL = {"chat": "gpt-sim", "responses": "gpt-sim", "messages": "claude-sim", "embeddings": "text-embedding-3-small"}
ERRORS = {"chat": b'data: {"error":', "responses": b'"type":"response.failed"', "messages": b"event: error"}


def body(endpoint: str, model: str, text: str = "hi", stream: bool = False, **more) -> bytes:
    """The smallest good request."""
    said = [{"role": "user", "content": text}]
    asked = {
        "chat": {"messages": said},
        "responses": {"input": text, "store": False},
        "messages": {"messages": said, "max_tokens": 100},
        "count": {"messages": said},
        "embeddings": {"input": text},
    }[endpoint]
    return json.dumps({"model": model} | asked | ({"stream": True} if stream else {}) | more).encode()


def ask(stack: Stack, calls: Calls, endpoint: str, model: str, text: str = "hi", stream: bool = False, key: str | None = None, **more) -> raw.Answer:
    headers = dict(calls.headers)
    if key:
        headers |= {"x-api-key": key} if endpoint in ("messages", "count") else {"authorization": f"Bearer {key}"}
    return raw.post(stack, endpoint, body(endpoint, model, text, stream, **more), headers)


def complete(endpoint: str, answer: raw.Answer, stream: bool) -> bool:
    """Whether the client may take this for a whole answer."""
    if answer.status != 200:
        return False
    if not stream:
        return "error" not in json.loads(answer.body) or json.loads(answer.body)["error"] is None
    ends = {"chat": b"data: [DONE]", "responses": b'"type":"response.completed"', "messages": b'"type":"message_stop"'}
    return ends[endpoint] in answer.body


def typed(endpoint: str, answer: raw.Answer) -> str:
    """The message of a typed error in the endpoint's dialect."""
    error = json.loads(answer.body)
    if endpoint in ("messages", "count"):
        assert error["type"] == "error" and error["request_id"] == answer.headers["request-id"], error
    else:
        assert {"message", "type", "param", "code"} <= set(error["error"]), error
    assert error["error"]["type"] and error["error"]["message"], error
    return error["error"]["message"]


def provider(stack: Stack, name: str, at: Simulator | int, anthropic: bool = False, **more) -> None:
    """A provider at a simulator, or at a port."""
    url = at.url if isinstance(at, Simulator) else f"http://127.0.0.1:{at}"
    dialects = {} if anthropic else {"config": {"dialects": ["chat", "responses", "embeddings"]}}
    stack.console.call("POST", "/api/admin/providers", {
        "name": name, "provider_type": "anthropic" if anthropic else "custom", "base_url": url,
        "api_key": ANTHROPIC_KEY if anthropic else OPENAI_KEY, "allow_private_network": True,
    } | dialects | more, expect=201)


def model(stack: Stack, name: str, *routes: dict, **more) -> str:
    """A model, served once this returns."""
    stack.console.call("POST", "/api/admin/models", {"model_id": name, "routes": list(routes)} | more, expect=201)
    within(1, lambda: name in names(stack), f"{name} is not served")
    return name


def names(stack: Stack, key: str | None = None) -> list[str]:
    return [item["id"] for item in get(stack, "/v1/models", key)["data"]]


def get(stack: Stack, path: str, key: str | None = None, status: int = 200):
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=10)
    with contextlib.closing(connection):
        connection.request("GET", path, headers={"authorization": f"Bearer {key or stack.openai_key}"})
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status == status, text
        return json.loads(text)


def within(seconds: float, happens, what: str = "not in time"):
    deadline = time.monotonic() + seconds
    while not (found := happens()):
        assert time.monotonic() < deadline, what
        time.sleep(0.02)
    return found


@contextlib.contextmanager
def begun(stack: Stack, calls: Calls, endpoint: str, model: str, text: str, stream: bool = True, more_headers: dict | None = None):
    """A call whose connection is in the test's hands: a socket on which the request was sent."""
    sent = body(endpoint, model, text, stream)
    headers = raw.credential(stack, endpoint) | calls.headers | (more_headers or {})
    head = f"POST {raw.PATHS[endpoint]} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {len(sent)}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with socket.create_connection(("127.0.0.1", stack.port), timeout=20) as wire:
        wire.sendall(head.encode() + b"\r\n" + sent)
        yield wire
