"""A route that fails is left alone, probed one call at a time, and gets its calls back."""

import threading
import time
import urllib.request

import pytest
from bench_of_faults import ask, clear, text, two_providers
from lab import within

from harness.calls import Calls

OPEN_S = 2


@pytest.fixture(scope="module")
def lab():
    stack = two_providers(BREAKER__OPEN_S=OPEN_S, RETRY__INITIAL_MS=20)
    yield stack
    stack.stop()


@pytest.fixture
def calls(lab):
    clear(lab)
    yield Calls(lab)
    clear(lab)


def state(lab, provider: str) -> float:
    page = urllib.request.urlopen(f"{lab.url}/metrics", timeout=5).read().decode()
    found = [line for line in page.splitlines() if line.startswith("circuit_breaker_state{") and f'provider="{provider}"' in line]
    return max((float(line.rsplit(" ", 1)[1]) for line in found), default=0.0)


def standing_of(lab, routes: list[dict], provider: str) -> dict:
    """What the console shows of a provider's route."""
    shown = {standing["route_id"]: standing for standing in lab.console.call("GET", "/api/admin/routes/standings")["items"]}
    return next(shown[route["route_id"]] for route in routes if route["provider"] == provider)


def test_a_provider_that_is_down_for_a_while_costs_nobody_anything(lab, calls):
    """503 for a while, then healthy: served from the fallback, back on the primary soon after, probes disciplined."""
    lab.simulator.inject("status=503", count=100_000)
    for _ in range(20):
        answer = ask(lab, calls, "chat", "both-chat", "[[sim: tokens=5]]")
        assert answer.status == 200
    assert state(lab, "first") == 2
    # Ten tries open it: each call of the first ones makes two. A probe may have gone out meanwhile.
    tries = len(lab.simulator.journal(calls.mark))
    assert 10 <= tries <= 13, tries
    rows = lab.console.rows(calls.session, 20)
    assert {row["provider"] for row in rows} == {"second"}
    assert any("breaker_open" in why for row in rows for why in row["plan_excluded"])
    standing = standing_of(lab, rows[-1]["plan"]["routes"], "first")
    assert standing["breaker"] == "open" and standing["last_failure"] in ("overloaded", "server_error") and standing["last_failure_at"]
    # Still down: one probe after the time it stays open, then one in half of it.
    mark, began = lab.simulator.mark(), time.monotonic()
    while time.monotonic() - began < 2 * OPEN_S:
        assert ask(lab, calls, "chat", "both-chat", "[[sim: tokens=5]]").status == 200
    probes = len(lab.simulator.journal(mark))
    assert 1 <= probes <= 4, probes
    clear(lab)
    recovered = time.monotonic()

    def back() -> bool:
        mine = Calls(lab)
        assert ask(lab, mine, "chat", "both-chat", "[[sim: tokens=5]]").status == 200
        return bool(mine.reached(len(lab.simulator.journal(mine.mark))))

    within(3 * OPEN_S, back, "the primary does not get its calls back")
    print(f"back after {time.monotonic() - recovered:.2f} s with gateway.breaker.open_s = {OPEN_S}")
    within(3 * OPEN_S, lambda: ask(lab, calls, "chat", "both-chat").status == 200 and state(lab, "first") == 0, "it does not close")
    standing = standing_of(lab, rows[-1]["plan"]["routes"], "first")
    assert standing["breaker"] == "closed" and standing["good"] > 0 and standing["first_token_ms"] > 0 and standing["samples"] > 0


def test_what_callers_do_wrong_opens_nothing(lab, calls):
    for fault in ("status=400", "status=404", "refuse=context", "refuse=policy"):
        lab.simulator.inject(fault, count=15)
        for _ in range(15):
            assert ask(lab, calls, "chat", "both-chat").status in (400, 404)
        assert state(lab, "first") == 0, fault


def test_a_route_without_another_is_tried_although_its_breaker_is_open(lab, calls):
    lab.simulator.inject("status=503", count=1000)
    for _ in range(12):
        assert ask(lab, calls, "messages", "alone-messages").status in (503, 529)
    assert state(lab, "first-messages") > 0
    mark = lab.simulator.mark()
    assert ask(lab, calls, "messages", "alone-messages").status in (503, 529)
    assert len(lab.simulator.journal(mark)) == 1, "one try, and no second one"
    clear(lab)
    assert ask(lab, calls, "messages", "alone-messages").status == 200


def test_with_default_settings_nobody_waits_longer_than_fifteen_seconds():
    """Silence after accept, and a first token after twenty seconds, with a second route."""
    lab = two_providers()
    try:
        waited = {}

        def run(endpoint: str, fault: str) -> None:
            calls = Calls(lab)
            lab.simulator.inject(fault, count=1, model={"chat": "gpt-sim", "messages": "claude-sim"}[endpoint])
            began = time.monotonic()
            answer = ask(lab, calls, endpoint, f"both-{endpoint}", "[[sim: tokens=5]]", True)
            waited[fault] = (time.monotonic() - began, answer.status, text(endpoint, answer, True))

        threads = [threading.Thread(target=run, args=case) for case in (("chat", "silent"), ("messages", "first-ms=20000"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(waited) == 2
        for fault, (seconds, status, said) in waited.items():
            assert status == 200 and said == "word word1 word2 word3 word4" and seconds < 15, (fault, seconds, status, said)
    finally:
        lab.stop()
