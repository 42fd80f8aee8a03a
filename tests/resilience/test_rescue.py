"""A stream of plain text that breaks off in the middle goes on from another provider, and the client does not notice; what cannot be
gone on with ends with a typed error, never with something that looks like an answer."""

import json

import anthropic
import openai
import pytest
from bench_of_faults import ENDPOINTS, LONG, ask, clear, events, failed, model, text, two_providers
from fault_table import note
from lab import complete

from harness.calls import Calls

# Answers of thirty words have some forty events.
BREAKS = {"cut after two thirds": "cut-after=22", "stall in the middle": "stall-after=22", "error event in the middle": "error-event-after=22",
          "invalid JSON event": "bad-json-event delay-ms=50"}
PROMPT = "[[sim: tokens=30]]"
TOOL = {"name": "look", "description": "looks", "parameters": {"type": "object", "properties": {"where": {"type": "string"}}, "required": ["where"]}}


def broken_lab(**settings):
    stack = two_providers(TIMEOUT__IDLE_MS=800, TIMEOUT__IDLE_OTHER_MS=500, BREAKER__MIN_SAMPLES=100000, **settings)
    chat, claude = {"provider": "first", "upstream_model": "gpt-sim"}, {"provider": "second-messages", "upstream_model": "claude-sim"}
    model(stack, "chat-then-claude", chat | {"priority": 0}, claude | {"priority": 1})
    model(stack, "claude-then-chat", claude | {"provider": "first-messages", "priority": 0}, chat | {"provider": "second", "priority": 1})
    return stack


@pytest.fixture(scope="module")
def lab():
    stack = broken_lab()
    yield stack
    stack.stop()


@pytest.fixture
def calls(lab):
    clear(lab)
    yield Calls(lab)
    clear(lab)


def whole(lab, calls, endpoint: str, name: str, answer, first: str, second: str, tries: int = 2) -> dict:
    """The client has one whole answer, of one model; the record tells both."""
    assert complete(endpoint, answer, True) and failed(endpoint, answer) is None, answer.body.decode()
    assert text(endpoint, answer, True) == LONG
    row = calls.record(provider=second, error_class="")
    attempts = row["attempts"]
    assert [a["provider"] for a in attempts] == [first] + [second] * (tries - 1)
    assert attempts[0]["error_class"] and attempts[0]["input_tokens"] > 0 and attempts[-1]["error_class"] == ""
    for kind in ("input_tokens", "output_tokens"):
        assert row[kind] == sum(a[kind] for a in attempts), row
    told = events(answer)
    if endpoint == "responses":
        numbers = [event["sequence_number"] for event in told]
        assert numbers == list(range(len(numbers))), numbers
        assert len({event["item_id"] for event in told if "item_id" in event}) == 1
        done = told[-1]["response"]
        assert done["output"][0]["content"][0]["text"] == LONG and done["usage"]["output_tokens"] == row["output_tokens"]
        assert done["id"] == told[0]["response"]["id"] and done["model"] == told[0]["response"]["model"]
    elif endpoint == "messages":
        assert [event["type"] for event in told].count("message_start") == 1
        assert {event["index"] for event in told if "index" in event} == {0}
        usage = [event["usage"] for event in told if event["type"] == "message_delta"][-1]
        assert usage["output_tokens"] == row["output_tokens"]
    else:
        assert len({(event["id"], event["model"]) for event in told}) == 1, told
        assert [choice["finish_reason"] for event in told for choice in event["choices"] if choice["finish_reason"]] == ["stop"]
    return row


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("how", BREAKS)
def test_a_broken_stream_goes_on_from_the_next_route(lab, calls, endpoint, how):
    mark = lab.second.mark()
    lab.simulator.inject(BREAKS[how])
    answer = ask(lab, calls, endpoint, f"both-{endpoint}", PROMPT, True)
    note(how, "stream, two routes", "goes on from the second (1)")
    end = "-messages" if endpoint == "messages" else ""
    whole(lab, calls, endpoint, f"both-{endpoint}", answer, f"first{end}", f"second{end}")
    (rescuing,) = lab.second.journal(mark)
    last = json.loads(rescuing.sent).get("messages", [{}])[-1]
    # Claude is given what the client has; others are asked again.
    assert (last.get("role") == "assistant") == (endpoint == "messages" and how != "invalid JSON event")


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("name", ["chat-then-claude", "claude-then-chat"])
def test_it_goes_on_in_whatever_dialect_the_next_route_speaks(lab, calls, name, endpoint):
    first, second = ("first", "second-messages") if name == "chat-then-claude" else ("first-messages", "second")
    lab.simulator.inject("cut-after=22")
    whole(lab, calls, endpoint, name, ask(lab, calls, endpoint, name, PROMPT, True), first, second)


def test_a_provider_that_refuses_a_beginning_is_asked_without(lab, calls):
    mark = lab.second.mark()
    lab.simulator.inject("cut-after=22")
    lab.second.inject("no-prefill")
    answer = ask(lab, calls, "messages", "both-messages", PROMPT, True)
    row = whole(lab, calls, "messages", "both-messages", answer, "first-messages", "second-messages", tries=3)
    note("cut, and a fallback that refuses prefill", "stream, two routes", "goes on from the second (1)")
    assert [e.status for e in lab.second.journal(mark)] == [400, 200]
    assert row["attempts"][1]["output_tokens"] == 0


def broken(lab, calls, endpoint: str, answer) -> dict:
    assert not complete(endpoint, answer, True) and failed(endpoint, answer), answer.body.decode()
    assert LONG.startswith(text(endpoint, answer, True))
    return calls.records(1, outcome="upstream_error")[0]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_an_answer_that_differs_is_not_spliced(lab, calls, endpoint):
    lab.simulator.inject("cut-after=22")
    if endpoint == "messages":
        lab.second.inject("no-prefill")
    lab.second.inject("differ")
    row = broken(lab, calls, endpoint, ask(lab, calls, endpoint, f"both-{endpoint}", PROMPT, True))
    note("cut, and a second answer that differs", "stream, two routes", "typed error (1)")
    assert row["attempts"][-1]["error_class"] == "protocol" and row["output_tokens"] > 0


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_an_open_call_of_a_tool_is_not_gone_on_with(lab, calls, endpoint):
    tools = {
        "chat": [{"type": "function", "function": TOOL}],
        "responses": [{"type": "function", **TOOL}],
        "messages": [{"name": "look", "description": "looks", "input_schema": TOOL["parameters"]}],
    }[endpoint]
    mark = lab.second.mark()
    lab.simulator.inject("cut-after=3")
    answer = ask(lab, calls, endpoint, f"both-{endpoint}", '[[sim: tool=look args={"where": "over there"}]]', True, tools=tools)
    note("cut in a call of a tool", "stream, two routes", "typed error (1)")
    assert not complete(endpoint, answer, True) and failed(endpoint, answer), answer.body.decode()
    assert lab.second.mark() == mark, "it was asked again"
    calls.records(1, outcome="upstream_error")


WHY = {"cut after two thirds": "cut_short", "stall in the middle": "idle_timeout", "error event in the middle": "stream_error",
       "invalid JSON event": "protocol"}


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("how", BREAKS)
def test_without_another_route_it_ends_with_a_typed_error(lab, calls, endpoint, how):
    lab.simulator.inject(BREAKS[how])
    row = broken(lab, calls, endpoint, ask(lab, calls, endpoint, f"alone-{endpoint}", PROMPT, True))
    note(how, "stream, alone", "typed error (1)")
    assert row["error_class"] == WHY[how], row


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("routes", ["alone", "both"])
def test_a_missing_last_event_costs_nobody_anything(lab, calls, endpoint, routes):
    lab.simulator.inject("no-done")
    answer = ask(lab, calls, endpoint, f"{routes}-{endpoint}", PROMPT, True)
    column = f"stream, {'two routes' if routes == 'both' else 'alone'}"
    if endpoint == "responses":
        # Its last event is the answer itself: without it there is none.
        assert failed(endpoint, answer)
        note("missing last event (Responses)", column, "typed error")
        return
    note("missing last event", column, "whole answer")
    assert text(endpoint, answer, True) == LONG and failed(endpoint, answer) is None


@pytest.mark.parametrize("endpoint", ["chat", "messages"])
def test_json_that_is_cut_is_answered_by_the_next_route(lab, calls, endpoint):
    for name in ("alone", "both"):
        mine = Calls(lab)
        lab.simulator.inject("cut-after=1")
        answer = ask(lab, mine, endpoint, f"{name}-{endpoint}", PROMPT)
        note("cut after two thirds", f"JSON, {'two routes' if name == 'both' else 'alone'}", "answer of the second (1)" if name == "both" else "502 (1)")
        assert answer.status == (200 if name == "both" else 502)


def test_official_libraries_put_it_together(lab, calls):
    lab.simulator.inject("cut-after=22")
    client = openai.OpenAI(base_url=f"{lab.url}/v1", api_key=lab.openai_key, max_retries=0)
    with client.responses.stream(model="both-responses", input=PROMPT, store=False) as stream:
        assert stream.get_final_response().output_text == LONG
    lab.simulator.inject("cut-after=22")
    chunks = client.chat.completions.create(model="both-chat", messages=[{"role": "user", "content": PROMPT}], stream=True, stream_options={"include_usage": True})
    told = list(chunks)
    assert "".join(c.choices[0].delta.content or "" for c in told if c.choices) == LONG and told[-1].usage.completion_tokens > 30
    lab.simulator.inject("cut-after=22")
    claude = anthropic.Anthropic(base_url=lab.url, api_key=lab.anthropic_key, max_retries=0)
    with claude.messages.stream(model="both-messages", max_tokens=100, messages=[{"role": "user", "content": PROMPT}]) as stream:
        message = stream.get_final_message()
    assert message.content[0].text == LONG and message.stop_reason == "end_turn"


def test_settings_say_whether_and_how():
    for rescue in ("off", "regenerate"):
        stack = broken_lab(RESCUE=rescue)
        try:
            calls = Calls(stack)
            mark = stack.second.mark()
            stack.simulator.inject("cut-after=22")
            answer = ask(stack, calls, "messages", "both-messages", PROMPT, True)
            if rescue == "off":
                broken(stack, calls, "messages", answer)
                assert stack.second.mark() == mark
            else:
                whole(stack, calls, "messages", "both-messages", answer, "first-messages", "second-messages")
                assert json.loads(stack.second.journal(mark)[0].sent)["messages"][-1]["role"] == "user"
        finally:
            stack.stop()
