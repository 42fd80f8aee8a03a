"""Limits and budgets as callers meet them, by the official SDKs and by hand."""

import json
import uuid

import anthropic
import openai
import pytest
from lab import ask, begun, body, model, provider, typed, within
from rules import Limited, clients, rule

from harness import raw
from harness.calls import Calls

SAID = [{"role": "user", "content": "hi"}]


@pytest.fixture
def limited(stack):
    return Limited(stack)


def budgets(limited: Limited) -> list[dict]:
    return limited.stack.console.call("GET", f"/api/admin/limits/key/{limited.id}/budgets")["items"]


def test_a_request_limit_holds_and_says_so_in_openais_words(stack, calls, limited):
    limited.rule("requests", 3)
    chatgpt, _ = clients(stack, calls, limited.key, retries=0)
    for left in (2, 1, 0):
        answer = chatgpt.chat.completions.with_raw_response.create(model="house-mini", messages=SAID, max_tokens=50)
        told = {name: value for name, value in answer.headers.items() if name.startswith("x-ratelimit")}
        assert told["x-ratelimit-limit-requests"] == "3" and told["x-ratelimit-remaining-requests"] == str(left), told
        assert told["x-ratelimit-reset-requests"] == "1m0s"
    with pytest.raises(openai.RateLimitError) as caught:
        chatgpt.chat.completions.create(model="house-mini", messages=SAID, max_tokens=50)
    assert caught.value.code == "rate_limit_exceeded" and "`key:requests/1m`" in caught.value.message, caught.value
    headers = caught.value.response.headers
    assert 1 <= int(headers["retry-after"]) <= 61 and headers["x-ratelimit-remaining-requests"] == "0"
    assert "x-should-retry" not in headers, "it passes with time"
    calls.reached(3)
    row = next(row for row in calls.records(4) if row["outcome"] == "refused")
    assert (row["error_class"], row["status_code"], row["attempts"]) == ("rate_limit", 429, []), row


def test_the_same_in_anthropics_and_googles_words(stack, calls, limited):
    limited.rule("requests", 1)
    _, claude = clients(stack, calls, limited.key, retries=0)
    answer = claude.messages.with_raw_response.create(model="house-claude", messages=SAID, max_tokens=50)
    assert answer.headers["anthropic-ratelimit-requests-limit"] == "1"
    assert answer.headers["anthropic-ratelimit-requests-remaining"] == "0"
    assert answer.headers["anthropic-ratelimit-requests-reset"].endswith("Z")
    with pytest.raises(anthropic.RateLimitError) as caught:
        claude.messages.create(model="house-claude", messages=SAID, max_tokens=50)
    assert caught.value.body["error"]["type"] == "rate_limit_error" and int(caught.value.response.headers["retry-after"]) >= 1
    asked = json.dumps({"contents": [{"role": "user", "parts": [{"text": "hi"}]}]})
    path = "/v1beta/models/house-claude:generateContent"
    answer = raw.post(stack, "chat", asked, calls.headers | {"authorization": None, "x-goog-api-key": limited.key}, path)
    error = json.loads(answer.body)["error"]
    assert (answer.status, error["code"], error["status"]) == (429, 429, "RESOURCE_EXHAUSTED"), error
    assert any("retryDelay" in detail for detail in error["details"]), error
    calls.reached(1)


def test_an_exhausted_budget_is_not_tried_again(stack, calls, limited):
    limited.budget("usd", "0.000001")
    chatgpt, claude = clients(stack, calls, limited.key)
    with pytest.raises(openai.RateLimitError) as caught:
        chatgpt.chat.completions.create(model="house-mini", messages=SAID, max_tokens=50)
    error = caught.value
    assert (error.status_code, error.code, error.type) == (429, "insufficient_quota", "insufficient_quota"), error
    assert "`key:usd/monthly`" in error.message and "its period ends at 20" in error.message, error.message
    assert error.response.headers["x-should-retry"] == "false" and "retry-after" not in error.response.headers
    with pytest.raises(anthropic.APIStatusError) as caught:
        claude.messages.create(model="house-claude", messages=SAID, max_tokens=50)
    error = caught.value
    assert (error.status_code, error.body["error"]["type"]) == (402, "billing_error") and "retry-after" not in error.response.headers
    rows = calls.records(2, outcome="refused", error_class="budget")
    assert {row["cost_usd"] for row in rows} == {"0"}
    calls.reached(0)


def test_a_token_budget_is_never_overrun_and_outlives_a_restart_and_a_rotation(stack, calls, limited):
    limited.budget("tokens", "900", period="weekly")
    used = refused = 0
    while not refused:
        answer = ask(stack, calls, "chat", "house-mini", "[[sim: tokens=30]]", key=limited.key, max_tokens=60)
        if answer.status == 200:
            used += json.loads(answer.body)["usage"]["total_tokens"]
        else:
            assert answer.status == 429 and json.loads(answer.body)["error"]["code"] == "insufficient_quota", answer
            refused += 1
    assert 0 < used <= 900
    spent = lambda: [budget["usage"]["used"] for budget in budgets(limited) if budget["usage"]]
    within(5, lambda: [int(amount) for amount in spent()] == [used], "the budget shows what was used")
    stack.gateway.stop()
    stack.start()
    stack.console.sign_in()
    limited.rotate()
    # What is left does not suffice for as much again; that of a new period would.
    left = 900 - used
    def asked():
        answer = ask(stack, calls, "chat", "house-mini", key=limited.key, max_tokens=left + 1)
        # Right after a start nobody can say what is spent until the ledger has caught up.
        return answer if answer.status != 503 else None

    answer = within(10, asked, "budgets answer again")
    assert answer.status == 429 and b"key:tokens/weekly" in answer.body, answer


def test_one_key_at_a_time(stack, calls, limited):
    limited.rule("concurrency", 1)
    key = {"authorization": f"Bearer {limited.key}"}
    with begun(stack, calls, "chat", "house-mini", "[[sim: tokens=400 delay-ms=50]]", more_headers=key) as wire:
        assert b"200" in wire.recv(65536)
        answer = ask(stack, calls, "chat", "house-mini", key=limited.key)
        assert answer.status == 429 and "`key:concurrency`" in typed("chat", answer) and answer.headers["retry-after"] == "1", answer
    # The client has left: its place is free as soon as that is seen.
    within(5, lambda: ask(stack, calls, "chat", "house-mini", key=limited.key).status == 200, "the place of a client that left")


def test_a_call_larger_than_its_limit_is_told_that_waiting_does_not_help(stack, calls, limited):
    limited.rule("tokens", 100)
    answer = ask(stack, calls, "chat", "house-mini", key=limited.key, max_tokens=500)
    assert answer.status == 429 and "retry-after" not in answer.headers and answer.headers["x-should-retry"] == "false", answer
    assert "more than it ever allows" in typed("chat", answer)
    answer = ask(stack, calls, "chat", "house-mini", key=limited.key, max_tokens=20)
    assert answer.status == 200 and answer.headers["x-ratelimit-limit-tokens"] == "100", answer
    calls.reached(1)


@pytest.fixture
def two_routes(stack):
    """Two providers with names of their own, and a model on both, the first preferred."""
    mark = uuid.uuid4().hex[:8]
    for place in ("a", "b"):
        provider(stack, f"{place}-{mark}", stack.simulator)
    routes = [{"provider": f"{place}-{mark}", "upstream_model": "gpt-sim", "priority": n} for n, place in enumerate(("a", "b"))]
    model(stack, f"two-{mark}", *routes)
    listed = stack.console.call("GET", "/api/admin/providers")["items"]
    ids = {item["name"][0]: item["id"] for item in listed if item["name"].endswith(mark)}
    return f"two-{mark}", mark, ids


def test_a_route_whose_provider_is_at_its_limit_is_left_out(stack, calls, two_routes):
    name, mark, ids = two_routes
    rule(stack, "provider", ids["a"], "requests", 1)
    assert [ask(stack, calls, "chat", name).status for _ in range(3)] == [200, 200, 200]
    rows = sorted(calls.records(3, outcome="ok"), key=lambda row: row["timestamp"])
    assert [row["provider"] for row in rows] == [f"a-{mark}", f"b-{mark}", f"b-{mark}"]
    assert rows[0]["plan_excluded"] == [] and [reason.rsplit(":")[-1] for reason in rows[1]["plan_excluded"]] == ["limit"], rows
    rule(stack, "provider", ids["b"], "requests", 2)
    # Its counter begins with the rule: two more, then neither has room.
    statuses = [ask(stack, calls, "chat", name).status for _ in range(4)]
    assert statuses == [200, 200, 429, 429], statuses


def test_a_failover_takes_the_next_routes_share_and_gives_the_first_back(stack, calls, two_routes):
    name, mark, ids = two_routes
    for place in ids.values():
        rule(stack, "provider", place, "concurrency", 1, None)
    for _ in range(2):
        stack.simulator.inject("status=500", count=1)
        assert ask(stack, calls, "chat", name).status == 200
    rows = calls.records(2, outcome="ok", provider=f"b-{mark}")
    assert all([attempt["provider"] for attempt in row["attempts"]] == [f"a-{mark}", f"b-{mark}"] for row in rows), rows
    assert ask(stack, calls, "chat", name).status == 200


def test_a_dry_run_reaches_nobody_and_takes_nothing(stack, calls, limited, two_routes):
    name, mark, ids = two_routes
    limited.rule("requests", 1)
    limited.budget("usd", "0.0001")
    headers = calls.headers | {"x-thinkwatch-dry-run": "1", "authorization": f"Bearer {limited.key}"}
    for _ in range(2):
        answer = raw.post(stack, "chat", body("chat", name, max_tokens=100), headers)
        told = json.loads(answer.body)
        assert answer.status == 200 and told["dry_run"] and told["route"]["provider"] == f"a-{mark}" and told["blocked_by"] == [], told
        assert told["estimate"]["tokens"] >= 100 and len(told["candidates"]) == 2, told
    rule(stack, "provider", ids["a"], "concurrency", 1, None)
    priced = json.loads(raw.post(stack, "chat", body("chat", "house-mini", max_tokens=1000), headers).body)
    assert priced["route"] is None and [rule["rule"] for rule in priced["blocked_by"]] == ["key:usd/monthly"], priced
    assert float(priced["estimate"]["cost_usd"]) >= 1000 * 7.91e-6 and priced["blocked_by"][0]["max_usd"] == "0.0001", priced
    calls.reached(0)
    assert {row["error_class"] for row in calls.records(3, outcome="refused", cost_usd="0")} == {"dry_run"}
    assert ask(stack, calls, "chat", name, key=limited.key, max_tokens=1).status == 200, "the one request is still there"


def test_hundred_callers_at_once_get_exactly_what_the_limit_allows(stack, calls, limited):
    import concurrent.futures

    limited.rule("requests", 20)
    limited.rule("requests", 30, "1h")
    limited.budget("usd", "1000")
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(lambda _: ask(stack, calls, "chat", "house-mini", key=limited.key).status, range(100)))
    assert sorted(set(statuses)) == [200, 429] and statuses.count(200) == 20, statuses
    calls.reached(20)
