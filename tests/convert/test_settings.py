"""What the operator decides about conversion: keys that are strict, routes that say in what their provider is asked, and what
the program chooses where nothing is said."""

import json

import pytest
from test_grid import by_hand

from harness.simulator import OPENAI_KEY

SAID = [{"role": "user", "content": "Hello"}]
CHAT_WITH_BIAS = {"messages": SAID, "logit_bias": {"1": 5}}


def told(stack, calls, dialect: str, model: str, body: dict, key: str | None = None, headers: dict | None = None) -> tuple:
    """Status, header `x-thinkwatch-dropped`, and the answer of a call by hand."""
    before = dict(calls.headers)
    calls.headers |= (headers or {}) | ({"x-api-key": key} if key else {})
    try:
        with by_hand(stack, calls, dialect, model, body) as answer:
            return answer.status, answer.getheader("x-thinkwatch-dropped"), json.loads(answer.read())
    finally:
        calls.headers = before


@pytest.mark.parametrize("header", [None, "false", "0", "true"])
def test_a_strict_key_is_strict_whatever_the_header_says(stack, calls, header):
    headers = {"x-thinkwatch-strict": header} if header else {}
    strict, lax = stack.key(strict_conversion=True), stack.key()
    status, _, answer = told(stack, calls, "chat", "on-messages", CHAT_WITH_BIAS, strict, headers)
    assert status == 400 and "logit_bias" in answer["error"]["message"], answer
    calls.reached(0)
    status, dropped, answer = told(stack, calls, "chat", "on-messages", CHAT_WITH_BIAS, lax, headers)
    if header == "true":
        assert status == 400, answer
        return
    assert (status, dropped) == (200, "logit_bias"), answer
    # What loses nothing is answered, and so is what is not converted.
    assert told(stack, calls, "chat", "on-messages", {"messages": SAID}, strict)[0] == 200
    assert told(stack, calls, "chat", "on-chat", CHAT_WITH_BIAS, strict)[0] == 200


def test_a_key_is_made_strict_and_lax_again_within_a_second(stack, calls):
    made = stack.console.call("POST", "/api/keys", {"name": "turned"})
    for strict, expected in [(True, 400), (False, 200)]:
        stack.console.call("PATCH", f"/api/keys/{made['id']}", {"strict_conversion": strict})
        assert told(stack, calls, "chat", "on-messages", CHAT_WITH_BIAS, made["key"])[0] == expected


BODIES = {"chat": {"messages": SAID}, "responses": {"input": SAID, "store": False}, "messages": {"messages": SAID, "max_tokens": 99}}
PATHS = {"chat": "/v1/chat/completions", "responses": "/v1/responses"}


@pytest.fixture(scope="module")
def asked_in(stack):
    """Models of one provider that speaks both formats of OpenAI: by what their routes say, and by their name."""
    names = ["gpt-5", "gpt-5-pro", "gpt-4-turbo", "gpt-4o-search-preview"]
    simulator = stack.another_simulator("formats", models=names)
    stack.console.call("POST", "/api/admin/providers", {
        "name": "formats", "provider_type": "openai", "base_url": simulator.url, "api_key": OPENAI_KEY, "allow_private_network": True,
    })
    models = {"said-auto": ("gpt-sim", "auto"), "said-chat": ("gpt-sim", "chat"), "said-responses": ("gpt-sim", "responses")}
    models |= {f"by-{name}": (name, "auto") for name in names}
    for name, (upstream, dialect) in models.items():
        route = {"provider": "formats", "upstream_model": upstream, "dialect": dialect}
        stack.console.call("POST", "/api/admin/models", {"model_id": name, "routes": [route]})
    return stack, simulator


@pytest.mark.parametrize(
    "model, chat, responses, messages",
    [
        ("said-auto", "chat", "responses", "responses"),
        ("said-chat", "chat", "chat", "chat"),
        ("said-responses", "responses", "responses", "responses"),
        ("by-gpt-5", "chat", "responses", "responses"),
        ("by-gpt-5-pro", "responses", "responses", "responses"),
        ("by-gpt-4-turbo", "chat", "responses", "chat"),
        ("by-gpt-4o-search-preview", "chat", "chat", "chat"),
    ],
)
def test_openai_is_asked_in_what_the_route_says_or_the_model_is_best_in(asked_in, calls, model, chat, responses, messages):
    stack, simulator = asked_in
    for client, expected in [("chat", chat), ("responses", responses), ("messages", messages)]:
        mark = simulator.mark()
        status, _, answer = told(stack, calls, client, model, BODIES[client])
        assert status == 200, answer
        (exchange,) = simulator.journal(mark)
        assert exchange.target == PATHS[expected], (client, exchange.target)
        assert exchange.refused is None, exchange.refused
