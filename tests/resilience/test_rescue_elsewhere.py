"""Streams of Google's clients, and streams that break on or go on from providers that speak Gemini's or Bedrock's dialect: one whole
answer by the official SDKs, whatever stands behind it."""

import pytest
from bench_of_faults import LONG, clear, model
from fault_table import note
from google.genai import errors as google
from speakers import PROVIDERS, SPEAKERS, Ask

from harness.calls import Calls
from harness.stack import Stack

PAIRS = [
    ("gemini", "gemini"), ("gemini", "chat"), ("gemini", "messages"), ("gemini", "bedrock"),
    ("chat", "gemini"), ("chat", "bedrock"), ("messages", "gemini"), ("messages", "bedrock"), ("bedrock", "messages"), ("bedrock", "gemini"),
]
PROMPT = [("user", "[[sim: tokens=30]]")]


@pytest.fixture(scope="module")
def lab():
    settings = {"RETRY__MAX": 0, "TIMEOUT__IDLE_MS": 800, "TIMEOUT__IDLE_OTHER_MS": 500, "BREAKER__MIN_SAMPLES": 100000}
    stack = Stack(environment={f"THINKWATCH_SETTING_GATEWAY__{name}": str(value) for name, value in settings.items()})
    try:
        stack.second = stack.another_simulator("second")
        for place, simulator in (("first", stack.simulator), ("second", stack.second)):
            for dialect in ("chat", "messages", "gemini", "bedrock"):
                kind, key, _, config = PROVIDERS[dialect]
                address = {"config": config | {"endpoint": simulator.url}} if kind == "bedrock" else {"config": config, "base_url": simulator.url}
                stack.console.call("POST", "/api/admin/providers", {
                    "name": f"{dialect}-{place}", "provider_type": kind, "allow_private_network": True,
                } | address | ({"api_key": key} if key else {}), expect=201)
        for one, two in PAIRS:
            routes = [{"provider": f"{dialect}-{place}", "upstream_model": PROVIDERS[dialect][2], "priority": number}
                      for number, (dialect, place) in enumerate(((one, "first"), (two, "second")))]
            model(stack, f"{one}-then-{two}", *routes)
        model(stack, "gemini-alone", {"provider": "gemini-first", "upstream_model": PROVIDERS["gemini"][2]})
        yield stack
    finally:
        stack.stop()


@pytest.fixture
def calls(lab):
    clear(lab)
    yield Calls(lab)
    clear(lab)


@pytest.mark.parametrize("client", ["gemini", "chat", "messages"])
@pytest.mark.parametrize("pair", PAIRS, ids="-then-".join)
def test_a_stream_that_is_cut_goes_on(lab, calls, pair, client):
    lab.simulator.inject("cut-after=22")
    reply = SPEAKERS[client](lab, calls.headers).say(Ask("-then-".join(pair), PROMPT, stream=True))
    assert (reply.text, reply.stop) == (LONG, "end")
    row = calls.record(provider=f"{pair[1]}-second", error_class="")
    broken, whole = row["attempts"]
    assert broken["error_class"] == "cut_short" and broken["input_tokens"] > 0 and whole["error_class"] == "", row
    assert row["output_tokens"] == broken["output_tokens"] + whole["output_tokens"]
    assert reply.usage["output_tokens"] == row["output_tokens"], (reply.usage, row)
    note("cut after two thirds, Gemini or Bedrock beside", "stream, two routes", "goes on from the second (1)")


def test_googles_library_is_told_that_a_stream_broke(lab, calls):
    lab.simulator.inject("bad-json-event delay-ms=50")
    with pytest.raises((google.APIError, RuntimeError)):
        reply = SPEAKERS["gemini"](lab, calls.headers).say(Ask("gemini-alone", PROMPT, stream=True))
        raise AssertionError(f"a broken answer looked whole: {reply}")
    calls.records(1, outcome="upstream_error", error_class="protocol")
    note("invalid JSON event", "stream, alone", "typed error (1)")
