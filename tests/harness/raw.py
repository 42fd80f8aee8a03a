"""HTTP by hand: bytes out, bytes in, nothing made prettier on the way."""

import dataclasses
import http.client
import socket
import time

PATHS = {
    "chat": "/v1/chat/completions", "messages": "/v1/messages", "count": "/v1/messages/count_tokens", "responses": "/v1/responses",
    "embeddings": "/v1/embeddings", "completions": "/v1/completions", "moderations": "/v1/moderations", "images": "/v1/images/generations",
    "speech": "/v1/audio/speech", "rerank": "/v1/rerank",
}


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


def credential(stack, endpoint: str) -> dict[str, str]:
    if endpoint in ("messages", "count"):
        return {"x-api-key": stack.anthropic_key, "anthropic-version": "2023-06-01"}
    return {"authorization": f"Bearer {stack.openai_key}"}


def post(stack, endpoint: str, body, headers: dict | None = None, path: str | None = None, timeout: float = 30) -> Answer:
    """Sends a body as it is (bytes, or an iterable of bytes that goes out chunked)."""
    connection = http.client.HTTPConnection("127.0.0.1", int(stack.url.rsplit(":", 1)[1]), timeout=timeout)
    try:
        all_headers = {"content-type": "application/json"} | credential(stack, endpoint) | (headers or {})
        connection.request("POST", path or PATHS[endpoint], body, {k: v for k, v in all_headers.items() if v is not None})
        answer = connection.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def exchange(stack, sent: bytes, timeout: float = 25, patience: float = 12) -> bytes:
    """Writes bytes to a fresh connection and reads until it is closed, falls silent, or nothing more is to come.

    The patience is longer than the gateway reads on after a body that is too large (so that its answer is not lost in a reset)."""
    with socket.create_connection(("127.0.0.1", int(stack.url.rsplit(":", 1)[1])), timeout=timeout) as wire:
        try:
            wire.sendall(sent)
        except (BrokenPipeError, ConnectionResetError):
            pass  # The other side has seen enough; its answer may still be there.
        wire.settimeout(patience)
        got = b""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and not complete(got):
            try:
                part = wire.recv(65536)
            except (TimeoutError, ConnectionResetError):
                break
            if not part:
                break
            got += part
        return got


def complete(got: bytes) -> bool:
    head, _, body = got.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(body) >= int(line.split(b":")[1])
    return body.endswith(b"0\r\n\r\n")


def parsed(got: bytes) -> Answer:
    """A raw answer with a length, taken apart."""
    head, _, body = got.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = dict((name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines[1:]))
    status = int(lines[0].split()[1]) if lines[0] else 0
    return Answer(status, headers, body)
