"""Every fault of a provider, as JSON and as a stream, with and without a second route: the caller gets the whole answer or a typed
error, never a truncated success; tries are few and spaced; what is recorded is what the answering route did."""

import collections
import json
import time

import pytest
from bench_of_faults import ENDPOINTS, LONG, ask, clear, failed, text, two_providers
from fault_table import note
from lab import complete

from harness.calls import Calls

MANY = 1000
Fault = collections.namedtuple("Fault", "directive count alone both tries", defaults=(1,))
# What becomes of (JSON, stream): `first` or `second` answered, or the status of a typed error (200: an error event in a stream).
FAULTS = {
    "429 without retry-after": Fault("status=429", MANY, (429, 429), ("second", "second")),
    "429 with a short retry-after": Fault("status=429 retry-after=0.2", 1, ("first", "first"), ("first", "first"), 2),
    "429 with a long retry-after": Fault("status=429 retry-after=60", MANY, (429, 429), ("second", "second")),
    "500 once": Fault("status=500", 1, ("first", "first"), ("first", "first"), 2),
    "502 once": Fault("status=502", 1, ("first", "first"), ("first", "first"), 2),
    "503 for a while": Fault("status=503", MANY, (503, 503), ("second", "second"), 2),
    "529 for a while": Fault("status=529", MANY, (529, 529), ("second", "second"), 2),
    "504": Fault("status=504", MANY, (504, 504), ("second", "second")),
    "reset before headers, once": Fault("reset", 1, ("first", "first"), ("first", "first"), 2),
    "reset before headers, always": Fault("reset", MANY, (502, 502), ("second", "second"), 2),
    "silence after accept": Fault("silent", MANY, (504, 504), (504, "second")),
    "first token too late": Fault("first-ms=5000", MANY, ("first", 504), ("first", "second")),
    "context length exceeded": Fault("refuse=context", MANY, (400, 400), (400, 400)),
    "content policy": Fault("refuse=policy", MANY, (400, 400), (400, 400)),
}


def is_typed(endpoint: str, answer) -> bool:
    """An error of the dialect, the gateway's own or the provider's as it came."""
    error = json.loads(answer.body)
    return bool(error["error"]["type"] and error["error"]["message"]) and (endpoint != "messages" or error["type"] == "error")


@pytest.fixture(scope="module")
def lab():
    stack = two_providers(TIMEOUT__FIRST_BYTE_MS=400, TIMEOUT__FIRST_BYTE_LAST_MS=800, TIMEOUT__TOTAL_S=2, RETRY__INITIAL_MS=100, RETRY__BUDGET_PCT=100,
                          BREAKER__MIN_SAMPLES=100000)
    yield stack
    stack.stop()


@pytest.fixture
def calls(lab):
    clear(lab)
    yield Calls(lab)
    clear(lab)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("stream", [False, True], ids=["json", "stream"])
@pytest.mark.parametrize("both", [False, True], ids=["alone", "both"])
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_survived_or_told(lab, calls, name, both, stream, endpoint):
    fault = FAULTS[name]
    expected = (fault.both if both else fault.alone)[stream]
    mark = lab.second.mark()
    lab.simulator.inject(fault.directive, count=fault.count)
    answer = ask(lab, calls, endpoint, f"{'both' if both else 'alone'}-{endpoint}", "[[sim: tokens=30]]", stream)
    tried = lab.simulator.journal(calls.mark)
    column = f"{'stream' if stream else 'JSON'}, {'two routes' if both else 'alone'}"
    note(name, column, f"{expected if isinstance(expected, int) else f'answer of the {expected}'} ({len(tried)})")
    assert len(tried) == fault.tries and len(lab.second.journal(mark)) == (expected == "second"), (len(tried), answer)
    row = calls.records(1)[0]
    assert len(row["attempts"]) == fault.tries + (expected == "second")
    if isinstance(expected, str):
        assert complete(endpoint, answer, stream), answer
        assert text(endpoint, answer, stream) == LONG
        assert (row["provider"].split("-")[0], row["outcome"], row["output_tokens"], row["usage_estimated"]) == (expected, "ok", 30, False)
        assert [a["output_tokens"] for a in row["attempts"]] == [0] * (len(row["attempts"]) - 1) + [30]
    else:
        # Anthropic's dialect has words of its own for some.
        assert answer.status == expected or (endpoint == "messages" and answer.status in (500, 502, 503, 504, 529) and expected >= 500), answer
        assert is_typed(endpoint, answer)
        assert row["outcome"] in ("upstream_error", "client_error") and row["output_tokens"] == 0


def test_a_second_try_waits_as_long_as_it_was_told(lab, calls):
    lab.simulator.inject("status=429 retry-after=0.5")
    began = time.monotonic()
    assert ask(lab, calls, "chat", "both-chat").status == 200
    assert time.monotonic() - began >= 0.5
    one, two = lab.simulator.journal(calls.mark)
    assert two.arrived_us - one.arrived_us >= 500_000
    assert [a["error_class"] for a in calls.record()["attempts"]] == ["rate_limited", ""]


def test_a_client_that_leaves_between_two_tries_is_billed_nothing(lab, calls):
    from lab import begun

    lab.simulator.inject("status=429 retry-after=1.5")
    with begun(lab, calls, "chat", "alone-chat", "[[sim: tokens=3]]", stream=False):
        lab.simulator.wait_until(lambda e: e.status == 429, calls.mark)
        time.sleep(0.2)
    row = calls.records(1, outcome="cancelled")[0]
    assert (row["input_tokens"], row["output_tokens"], float(row["cost_usd"])) == (0, 0, 0)


def test_calls_together_do_not_retry_more_than_their_budget():
    """Fifty are saved up, and each call earns a fifth."""
    lab = two_providers(RETRY__INITIAL_MS=1, BREAKER__MIN_SAMPLES=100000)
    try:
        calls = Calls(lab)
        lab.simulator.inject("status=500", count=MANY)
        for _ in range(100):
            assert ask(lab, calls, "chat", "both-chat").status == 200
        tries = len(lab.simulator.journal(calls.mark))
        assert tries == 100 + 50 + 20, tries
    finally:
        lab.stop()
