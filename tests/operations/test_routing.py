"""Where calls go: priorities, weights, names, default prefixes; and what happens when a route fails before its answer began."""

import collections
import socket
import time

import pytest
from lab import MODEL, ask, complete, model, names, provider, typed, within

from harness.calls import Calls
from harness.processes import free_port
from harness.stack import Stack

SLOW_MS = 400
ENDPOINTS = ["chat", "responses", "messages"]


@pytest.fixture(scope="module")
def lab():
    stack = Stack(environment={
        "THINKWATCH_SETTING_GATEWAY__TIMEOUT__FIRST_BYTE_MS": str(SLOW_MS),
        "THINKWATCH_SETTING_GATEWAY__TIMEOUT__CONNECT_MS": "300",
        # What is shown here is how one call fares, however many failed before.
        "THINKWATCH_SETTING_GATEWAY__BREAKER__MIN_SAMPLES": "1000000",
        # All calls of a test are one conversation.
        "THINKWATCH_SETTING_GATEWAY__AFFINITY": "none",
    })
    stack.second = stack.another_simulator("second")
    # A port that swallows connections: its queue is full, so further ones are never answered.
    hole = socket.socket()
    hole.bind(("127.0.0.1", 0))
    hole.listen(0)
    plugs = [socket.socket() for _ in range(4)]
    for plug in plugs:
        plug.setblocking(False)
        plug.connect_ex(hole.getsockname())
    for anthropic in (False, True):
        end = "-messages" if anthropic else ""
        provider(stack, f"first{end}", stack.simulator, anthropic)
        provider(stack, f"second{end}", stack.second, anthropic)
        provider(stack, f"dead{end}", free_port(), anthropic)
        provider(stack, f"hole{end}", hole.getsockname()[1], anthropic)
    for endpoint in MODEL:
        end = "-messages" if endpoint == "messages" else ""
        for first in ("first", "dead", "hole"):
            model(stack, f"{first}-then-second-{endpoint}",
                  {"provider": first + end, "upstream_model": MODEL[endpoint], "priority": 1},
                  {"provider": "second" + end, "upstream_model": MODEL[endpoint], "priority": 2})
    yield stack
    for plug in (*plugs, hole):
        plug.close()
    stack.stop()


@pytest.fixture
def calls(lab):
    lab.others[0].inject("status=500", count=0)
    lab.simulator.inject("status=500", count=0)
    return Calls(lab)


# What the first route does, and what its attempt says.
FAILURES = {
    "refuses connections": ("dead", None, 0, "connect"),
    "never accepts": ("hole", None, 0, "connect_timeout"),
    "answers 500": ("first", "status=500", 500, "server_error"),
    "answers 503": ("first", "status=503", 503, None),
    "answers 529": ("first", "status=529", 529, None),
    "breaks off before anything": ("first", "cut-after=0", None, None),
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_the_next_route_is_tried_and_the_client_does_not_notice(lab, calls, endpoint, failure, stream):
    first, fault, status, error_class = FAILURES[failure]
    name = f"{first}-then-second-{endpoint}"
    mark = lab.second.mark()
    if fault:
        lab.simulator.inject(fault)
    answer = ask(lab, calls, endpoint, name, "[[sim: tokens=7]]", stream)
    assert complete(endpoint, answer, stream), answer
    assert len(lab.second.journal(mark)) == 1
    end = "-messages" if endpoint == "messages" else ""
    row = calls.record(provider="second" + end, model=name, output_tokens=7, usage_estimated=False, error_class="")
    one, two = row["attempts"]
    assert (one["provider"], two["provider"]) == (first + end, "second" + end)
    assert one["error_class"] and one["output_tokens"] == 0 and (two["status_code"], two["error_class"]) == (200, "")
    if status is not None:
        assert one["status_code"] == status
    if error_class:
        assert error_class.split("_")[0] in one["error_class"], one


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_stream_without_a_first_event_goes_to_the_next_route(lab, calls, endpoint):
    lab.simulator.inject("silent")
    began = time.monotonic()
    answer = ask(lab, calls, endpoint, f"first-then-second-{endpoint}", "[[sim: tokens=7]]", True)
    assert complete(endpoint, answer, True), answer
    assert SLOW_MS / 1000 <= time.monotonic() - began < SLOW_MS / 1000 + 1
    row = calls.record(output_tokens=7)
    assert [a["error_class"] for a in row["attempts"]][1] == "" and "timeout" in row["attempts"][0]["error_class"]
    # The route that was given up does not go on working.
    lab.simulator.wait_until(lambda e: e.disconnected_us, calls.mark)


def test_embeddings_go_to_the_next_route(lab, calls):
    lab.simulator.inject("status=500")
    assert ask(lab, calls, "embeddings", "first-then-second-embeddings").status == 200
    assert len(calls.record(endpoint="embeddings")["attempts"]) == 2


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("status", [400, 404])
def test_a_bad_request_is_not_tried_again_elsewhere(lab, calls, endpoint, status):
    mark = lab.second.mark()
    lab.simulator.inject(f"status={status}")
    answer = ask(lab, calls, endpoint, f"first-then-second-{endpoint}")
    assert answer.status == status and typed_by_upstream(answer)
    assert lab.second.mark() == mark or status == 404
    calls.records(1)


def typed_by_upstream(answer) -> bool:
    return b"simulated error" in answer.body


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_when_every_route_fails_the_first_failure_is_told(lab, calls, endpoint):
    lab.simulator.inject("status=503")
    lab.second.inject("status=500")
    answer = ask(lab, calls, endpoint, f"first-then-second-{endpoint}")
    assert answer.status in (503, 529) and b"simulated error 503" in answer.body
    row = calls.records(1, outcome="upstream_error")[0]
    assert [a["status_code"] for a in row["attempts"]] == [503, 500]
    assert row["output_tokens"] == 0 and float(row["cost_usd"]) == 0


def test_an_unreachable_provider_is_a_typed_error(lab, calls):
    name = model(lab, "only-dead", {"provider": "dead", "upstream_model": "gpt-sim"})
    answer = ask(lab, calls, "chat", name)
    assert answer.status in (502, 503)
    assert typed("chat", answer)
    assert lab.openai_key not in answer.body.decode()
    calls.records(1, outcome="upstream_error", status_code=answer.status)


def test_weights_share_the_calls(lab, calls):
    name = model(lab, "weighted", {"provider": "first", "upstream_model": "gpt-sim", "weight": 300},
                 {"provider": "second", "upstream_model": "gpt-sim", "weight": 100},
                 {"provider": "dead", "upstream_model": "gpt-sim", "weight": 100, "enabled": False})
    many = 200
    for _ in range(many):
        assert ask(lab, calls, "chat", name).status == 200
    rows = lab.console.rows(calls.session, many)
    shares = collections.Counter(row["provider"] for row in rows)
    # 150 expected; five standard deviations.
    assert set(shares) == {"first", "second"} and 119 <= shares["first"] <= 181, shares


def test_a_lower_priority_number_takes_all_calls_while_it_works(lab, calls):
    name = model(lab, "ranked", {"provider": "second", "upstream_model": "gpt-sim", "priority": 5, "weight": 1},
                 {"provider": "first", "upstream_model": "gpt-sim", "priority": 7, "weight": 1000})
    for _ in range(20):
        assert ask(lab, calls, "chat", name).status == 200
    assert {row["provider"] for row in lab.console.rows(calls.session, 20)} == {"second"}


def test_a_model_is_renamed_on_its_way_only(lab, calls):
    name = model(lab, "renamed/by:us", {"provider": "first", "upstream_model": "gpt-4o-mini"})
    assert ask(lab, calls, "chat", name).status == 200
    assert calls.reached()[0].model == "gpt-4o-mini"
    calls.record(model=name, upstream_model="gpt-4o-mini")


def test_default_prefixes_go_to_the_preferred_provider_without_models(lab, calls):
    """Two providers of a type: the lower priority number, then the older one. One with an explicit model takes no prefix."""
    def serving(wanted: str) -> bool:
        mine = Calls(lab)
        assert ask(lab, mine, "chat", "gpt-4o-mini").status == 200
        return lab.console.rows(mine.session)[0]["provider"] == wanted

    assert serving("openai")
    provider(lab, "newer", lab.second, provider_type="openai", config={})
    time.sleep(0.3)
    assert serving("openai"), "of two equal ones the older one is taken"
    provider(lab, "preferred", lab.second, provider_type="openai", config={}, priority=1)
    within(1, lambda: serving("preferred"), "the lower priority number does not win")
    explicit = lab.console.call("POST", "/api/admin/models", {"model_id": "own", "routes": [{"provider": "preferred", "upstream_model": "gpt-sim"}]})
    within(1, lambda: serving("openai"), "a provider with an explicit model still takes its type's prefixes")
    lab.console.call("POST", "/api/admin/models", {"model_id": "gpt-4o-mini", "routes": [{"provider": "second", "upstream_model": "gpt-4o-mini"}]})
    within(1, lambda: serving("second"), "an explicit model does not win over a prefix")
    assert "gpt-4o-mini" in names(lab)
    assert explicit["routes"][0]["provider"] == "preferred"


def test_a_model_without_a_working_way_is_not_found(lab, calls):
    for name in ("gpt", "gpt5", "no-such-model", "GPT-4o-mini"):
        answer = ask(lab, calls, "chat", name)
        assert answer.status == 404 and name in typed("chat", answer), answer
    # Where the provider does not count for Messages, the gateway does.
    answer = ask(lab, calls, "count", "first-then-second-chat")
    assert answer.status == 200 and answer.headers["x-thinkwatch-estimated"] == "true", answer
    assert ask(lab, calls, "messages", "first-then-second-chat").status == 200
