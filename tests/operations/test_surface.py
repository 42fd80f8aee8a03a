"""What every answer carries, and what is told outside of calls."""

import http.client
import re

import pytest
from lab import ask

ENDPOINTS = {"chat": "gpt-4o-mini", "responses": "gpt-5", "messages": "claude-haiku-4-5", "count": "claude-haiku-4-5", "embeddings": "text-embedding-3-small"}


def check_own(headers: dict) -> str:
    assert re.fullmatch(r"req_[0-9a-f]{32}", headers["x-request-id"]) and headers["request-id"] == headers["x-request-id"], headers
    assert re.fullmatch(r"[0-9a-f]{32}", headers["x-trace-id"]), headers
    assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY", headers
    return headers["x-request-id"]


@pytest.mark.parametrize(("endpoint", "stream"), [(endpoint, False) for endpoint in ENDPOINTS] + [(endpoint, True) for endpoint in ("chat", "responses", "messages")])
def test_ids_and_timing_are_on_every_answer(stack, calls, endpoint, stream):
    answer = ask(stack, calls, endpoint, ENDPOINTS[endpoint], stream=stream)
    request_id = check_own(answer.headers)
    assert re.fullmatch(r"gateway;dur=\d+\.\d{3}, upstream;dur=\d+\.\d{3}", answer.headers["server-timing"]), answer.headers
    (reached,) = calls.reached()
    row = calls.record(request_id=request_id, trace_id=answer.headers["x-trace-id"], endpoint=row_endpoint(endpoint))
    assert reached.traceparent.split("-")[1] == row["trace_id"]
    # The provider's own id is kept, and not shown as ours.
    assert row["upstream_request_id"] and row["upstream_request_id"] != request_id
    assert row["duration_ms"] > 0 and row["gateway_us"] > 0


def row_endpoint(endpoint: str) -> str:
    return {"chat": "chat.completions", "count": "messages.count_tokens"}.get(endpoint, endpoint)


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/v1/models", 401), ("POST", "/v1/chat/completions", 401), ("GET", "/v1/nothing", 404), ("GET", "/v1/messages", 405), ("GET", "/health", 200),
    ("GET", "/health/live", 200), ("GET", "/health/ready?strict=1", 200), ("HEAD", "/", 200), ("HEAD", "/api/hello", 404),
])
def test_answers_without_a_call(stack, method, path, status):
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=10)
    connection.request(method, path, "{}" if method == "POST" else None)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    assert answer.status == status, text
    check_own({name.lower(): value for name, value in answer.getheaders()})


def test_metrics_count_what_happened(stack, calls):
    def count(name: str, *labels: str) -> float:
        connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=10)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        lines = [line for line in text.splitlines() if line.startswith(name) and all(label in line for label in labels)]
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines)

    before = {name: count(name) for name in ("gateway_requests_total", "gateway_tokens_total", "gateway_stream_completion_total")}
    assert ask(stack, calls, "chat", "house-mini", "[[sim: tokens=11]]", stream=True).status == 200
    row = calls.record(output_tokens=11)
    assert count("gateway_requests_total") == before["gateway_requests_total"] + 1
    assert count("gateway_tokens_total") == before["gateway_tokens_total"] + 11 + row["input_tokens"]
    assert count("gateway_stream_completion_total") == before["gateway_stream_completion_total"] + 1
    assert stack.openai_key not in str(before)
