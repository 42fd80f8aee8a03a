"""Clients that leave, base addresses in every spelling, credentials in every header."""

import json
import time

import anthropic
import openai
import pytest

from harness import raw

MODELS = {"chat": "gpt-4o-mini", "responses": "gpt-5", "messages": "claude-haiku-4-5"}


@pytest.mark.parametrize("dialect", MODELS)
def test_a_client_that_leaves_ends_the_providers_work(chatgpt, claude, calls, stack, dialect):
    text = "[[sim: tokens=400 delay-ms=20]]"
    if dialect == "chat":
        stream = chatgpt.chat.completions.create(model=MODELS[dialect], messages=[{"role": "user", "content": text}], stream=True)
    elif dialect == "responses":
        stream = chatgpt.responses.create(model=MODELS[dialect], input=text, store=False, stream=True)
    else:
        stream = claude.messages.create(model=MODELS[dialect], max_tokens=500, messages=[{"role": "user", "content": text}], stream=True)
    for _ in zip(range(12), stream):
        pass
    left = time.time()
    stream.close()
    gone = stack.simulator.wait_until(lambda e: e.disconnected_us, calls.mark, seconds=3)
    assert gone.disconnected_us / 1e6 - left < 0.5, "the provider went on for long"
    assert not gone.complete
    row = calls.record(outcome="cancelled", stream=True)
    assert row is None or 0 < row["output_tokens"] < 400 and row["usage_estimated"]


def test_a_client_that_leaves_before_a_json_answer(chatgpt, calls, stack):
    with pytest.raises(openai.APITimeoutError):
        chatgpt.with_options(timeout=0.4).chat.completions.create(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "[[sim: slow-headers=3000]]"}]
        )
    stack.simulator.wait_until(lambda e: e.disconnected_us, calls.mark, seconds=3)
    row = calls.records(1, outcome="cancelled")[0]
    assert row is None or row["duration_ms"] < 2500


@pytest.mark.gateway
@pytest.mark.parametrize("base", ["", "/", "/v1", "/v1/", "/v1/v1"])
def test_base_addresses(stack, calls, base):
    chatgpt = openai.OpenAI(api_key=stack.openai_key, base_url=stack.url + base, max_retries=0, default_headers=calls.headers)
    claude = anthropic.Anthropic(api_key=stack.openai_key, base_url=stack.url + base, max_retries=0, default_headers=calls.headers)
    user = [{"role": "user", "content": "hi"}]
    assert chatgpt.chat.completions.create(model="gpt-4o-mini", messages=user).choices
    assert chatgpt.responses.create(model="gpt-5", input="hi", store=False).output_text
    assert chatgpt.embeddings.create(model="text-embedding-3-small", input="hi").data
    assert chatgpt.models.list().data
    assert claude.messages.create(model="claude-haiku-4-5", max_tokens=9, messages=user).content
    assert claude.messages.count_tokens(model="claude-haiku-4-5", messages=user).input_tokens
    assert claude.models.list().data
    calls.reached(5)
    calls.records(5, outcome="ok")


@pytest.mark.gateway
@pytest.mark.parametrize("header", ["authorization", "x-api-key", "api-key", "x-goog-api-key"])
def test_credential_headers(stack, calls, header):
    bodies = {
        "chat": {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}]},
        "messages": {"model": "claude-haiku-4-5", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]},
        "responses": {"model": "gpt-5", "input": "hi", "store": False},
    }
    value = f"Bearer {stack.openai_key}" if header == "authorization" else stack.openai_key
    for endpoint, body in bodies.items():
        # By hand, since the SDKs insist on a header of their own. None takes the usual one off.
        headers = calls.headers | {"authorization": None, "x-api-key": None} | {header: value}
        assert raw.post(stack, endpoint, json.dumps(body).encode(), headers).status == 200
    for exchange in calls.reached(3):
        assert stack.openai_key not in str(exchange.headers)
    calls.records(3, outcome="ok")


@pytest.mark.gateway
def test_one_id_finds_the_call_everywhere(chatgpt, calls, stack):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    raw = chatgpt.chat.completions.with_raw_response.create(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": "hi"}],
        metadata={"project": "apollo", "team": "red"},
        extra_headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01", "x-thinkwatch-tag-team": "blue"},
    )
    assert raw.headers["x-request-id"] == raw.headers["request-id"]
    assert raw.headers["x-trace-id"] == trace
    assert raw.headers["server-timing"]
    assert trace in calls.reached()[0].traceparent
    row = calls.record(request_id=raw.headers["x-request-id"], trace_id=trace)
    assert row["tags"] == {"team": "blue", "project": "apollo"}
