"""What a model says of routing for itself: further names, the models that take over, the one for calls that are too long, its own
strategy and time limits. Everybody gets a whole answer, and what is recorded is the model that gave it."""

import json

import pytest
from bench_of_faults import LONG, clear, text, two_providers
from lab import ask, body, complete, get, model, names, provider, typed, within
from test_strategy import explained

from harness import raw
from harness.calls import Calls

MANY = 1000
GEMINI = "gemini"


@pytest.fixture(scope="module")
def lab():
    stack = two_providers(RETRY__INITIAL_MS=10, RETRY__BUDGET_PCT=100, BREAKER__MIN_SAMPLES=100000, TIMEOUT__FIRST_BYTE_LAST_MS=5000)
    first, second = ({"provider": name, "upstream_model": "gpt-sim"} for name in ("first", "second"))
    model(stack, "chain-b", second)
    model(stack, "roomy", second)
    model(stack, "chain-a", first, aliases=["nick", "chain-a-latest"], routing={"fallbacks": ["chain-b"], "larger_context": "roomy"})
    # The chain is known where the model is.
    yield stack
    stack.stop()


@pytest.fixture
def calls(lab):
    clear(lab)
    yield Calls(lab)
    clear(lab)


def say(lab, calls, endpoint: str, name: str, said: str, stream: bool, key: str | None = None):
    if endpoint != GEMINI:
        return ask(lab, calls, endpoint, name, said, stream, key=key)
    asked = json.dumps({"contents": [{"role": "user", "parts": [{"text": said}]}]}).encode()
    verb = "streamGenerateContent?alt=sse" if stream else "generateContent"
    return raw.post(lab, "chat", asked, calls.headers, path=f"/v1beta/models/{name}:{verb}")


def said(endpoint: str, answer, stream: bool) -> str:
    if endpoint != GEMINI:
        assert complete(endpoint, answer, stream), answer
        return text(endpoint, answer, stream)
    lines = answer.body.decode().splitlines()
    parts = [json.loads(line.removeprefix("data:")) for line in lines if line.startswith("data:")] if stream else [json.loads(answer.body)]
    assert parts[-1]["candidates"][0]["finishReason"] == "STOP", answer
    return "".join(part.get("text", "") for one in parts for part in one["candidates"][0].get("content", {}).get("parts", []))


@pytest.mark.parametrize("stream", [False, True], ids=["json", "stream"])
@pytest.mark.parametrize("endpoint", ["chat", "responses", "messages", GEMINI])
def test_another_model_takes_over(lab, calls, endpoint, stream):
    second = lab.second.mark()
    lab.simulator.inject("status=503", count=MANY)
    answer = say(lab, calls, endpoint, "chain-a", "[[sim: tokens=30]]", stream)
    assert answer.status == 200 and said(endpoint, answer, stream) == LONG, answer
    if endpoint == "messages" and not stream:
        assert json.loads(answer.body)["model"] == "chain-a", "what was converted names what was asked for"
    assert (len(lab.simulator.journal(calls.mark)), len(lab.second.journal(second))) == (2, 1)
    row = calls.record(model="chain-b", provider="second", output_tokens=30, usage_estimated=False)
    plan = row["plan"]
    assert plan["asked"] == "chain-a" and [a["provider"] for a in row["attempts"]] == ["first", "first", "second"]
    assert [(r["model"], r["stand_in"], r["admitted"]) for r in plan["routes"]] == [("", "", "free"), ("chain-b", "fallback", "free"), ("roomy", "larger_context", "")]
    told = explained(lab, row)
    assert "Asked for as `chain-a`" in told and "stands in for the model asked for" in told and "turns out to be too long" in told


def test_a_model_that_works_stays_itself(lab, calls):
    second = lab.second.mark()
    assert ask(lab, calls, "chat", "chain-a").status == 200
    assert not lab.second.journal(second)
    explained(lab, calls.record(model="chain-a", provider="first"))


def test_nobody_is_served_by_a_model_that_they_may_not_use(lab, calls):
    key = lab.key(allowed_models=["chain-a"])
    within(2, lambda: "chain-a" in names(lab, key))
    assert sorted(names(lab, key)) == ["chain-a", "chain-a-latest", "nick"]
    second = lab.second.mark()
    lab.simulator.inject("status=503", count=MANY)
    answer = ask(lab, calls, "chat", "chain-a", key=key)
    assert answer.status == 503 and typed("chat", answer) and not lab.second.journal(second)
    row = calls.records(1, outcome="upstream_error", model="chain-a")[0]
    assert sorted(r["excluded"] for r in row["plan"]["routes"]) == ["", "not_allowed", "not_allowed"]


def test_what_the_other_model_is_limited_to_holds_there(lab, calls):
    rules = "/api/admin/limits/model/chain-b/rules"
    rule = lab.console.call("POST", rules, {"surface": "ai_gateway", "metric": "requests", "window": "1h", "max": 1}, expect=201)
    try:
        def counted() -> bool:
            dry = raw.post(lab, "chat", body("chat", "chain-b"), calls.headers | {"x-thinkwatch-dry-run": "1"})
            return dry.status == 200 and bool(json.loads(dry.body)["blocked_by"])

        lab.simulator.inject("status=503", count=MANY)
        # Once the rule is in force one call gets through, and the next one has nowhere to go.
        answers = within(3, lambda: (found := [ask(lab, Calls(lab), "chat", "chain-a").status for _ in range(2)])[-1] == 503 and found)
        assert answers[-1] == 503
        assert within(3, counted)
        mine = Calls(lab)
        assert ask(lab, mine, "chat", "chain-a").status == 503, "the other model is at its limit"
        row = mine.records(1, outcome="upstream_error", model="chain-a")[0]
        assert any(why.endswith(":limit") for why in row["plan_excluded"]), row
    finally:
        lab.console.call("DELETE", f"{rules}/{rule['id']}", expect=204)


def test_aliases_are_further_names(lab, calls):
    assert {"chain-a", "nick", "chain-a-latest"} <= set(names(lab))
    assert get(lab, "/v1/models/nick")["id"] == "nick"
    answer = ask(lab, calls, "messages", "nick", "[[sim: tokens=3]]")
    assert answer.status == 200 and json.loads(answer.body)["model"] == "nick"
    row = calls.record(model="chain-a", provider="first")
    assert row["plan"]["asked"] == "nick" and [r["excluded"] for r in row["plan"]["routes"]] == ["", "", ""]
    assert "Asked for as `nick`" in explained(lab, row)
    other = lab.key(allowed_models=["roomy"])
    within(2, lambda: names(lab, other) == ["roomy"])
    refused = Calls(lab)
    assert ask(lab, refused, "chat", "nick", key=other).status in (403, 404), "access goes by the model"
    taken = lab.console.call("POST", "/api/admin/models", {"model_id": "x", "aliases": ["nick"], "routes": [{"provider": "first"}]}, expect=409)
    assert "an alias of the model `chain-a`" in taken["error"]["message"] and taken["error"]["field"] == "aliases"
    taken = lab.console.call("POST", "/api/admin/models", {"model_id": "nick", "routes": [{"provider": "first"}]}, expect=409)
    assert taken["error"]["field"] == "model_id"


@pytest.mark.parametrize("stream", [False, True], ids=["json", "stream"])
@pytest.mark.parametrize("endpoint", ["chat", "responses", "messages"])
def test_a_call_that_is_too_long_goes_to_a_larger_context_once(lab, calls, endpoint, stream):
    second = lab.second.mark()
    lab.simulator.inject("refuse=context", count=MANY)
    answer = say(lab, calls, endpoint, "chain-a", "[[sim: tokens=30]]", stream)
    assert answer.status == 200 and said(endpoint, answer, stream) == LONG, answer
    row = calls.record(model="roomy", provider="second")
    assert [a["error_class"] for a in row["attempts"]] == ["context_length", ""], row["attempts"]
    assert (len(lab.simulator.journal(calls.mark)), len(lab.second.journal(second))) == (1, 1)
    explained(lab, row)
    lab.second.inject("refuse=context", count=MANY)
    again = Calls(lab)
    answer = say(lab, again, endpoint, "chain-a", "[[sim: tokens=30]]", stream)
    assert answer.status == 400 and "context" in typed(endpoint, answer)
    row = again.records(1, outcome="client_error", status_code=400)[0]
    assert len(row["attempts"]) == 2, "once, and to nobody else"


def test_a_call_that_is_known_to_be_too_long_goes_there_at_once(lab, calls):
    model(lab, "short", {"provider": "first", "upstream_model": "gpt-sim", "routing": {"context_tokens": 200}}, routing={"larger_context": "roomy", "fallbacks": ["chain-b"]})
    assert ask(lab, calls, "chat", "short", "brief").status == 200
    calls.record(model="short", provider="first")
    long = Calls(lab)
    assert ask(lab, long, "chat", "short", "many words " * 200).status == 200
    row = long.record(model="roomy", provider="second")
    assert len(row["attempts"]) == 1 and not lab.simulator.journal(long.mark)
    assert [(r["model"], r["excluded"]) for r in row["plan"]["routes"]] == [("roomy", ""), ("chain-b", ""), ("", "context_length")]
    assert "because the call is too long" in explained(lab, row)
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 4000}}
    mine = Calls(lab)
    sent = json.dumps({"model": "short", "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}, picture]}]}).encode()
    assert raw.post(lab, "chat", sent, mine.headers).status == 200
    mine.record(model="short", provider="first")


def test_a_model_has_its_own_strategy_retries_and_rescue(lab, calls):
    routes = [{"provider": name, "upstream_model": "gpt-sim"} for name in ("first", "second")]
    model(lab, "by-weight", *routes, routing={"strategy": "weighted", "affinity": "none", "retry_max": 0, "rescue": "off"})
    lab.simulator.inject("status=503", count=MANY)
    for _ in range(4):
        assert ask(lab, calls, "chat", "by-weight").status == 200
    rows = lab.console.rows(calls.session, 4)
    assert {row["plan"]["strategy"] for row in rows} == {"weighted"}
    assert not any(row["plan"]["by_conversation"] for row in rows)
    assert all([a["provider"] for a in row["attempts"]] in (["second"], ["first", "second"]) for row in rows), "no route is asked twice"
    clear(lab)
    model(lab, "no-rescue", routes[0] | {"priority": 0}, routes[1] | {"priority": 1}, routing={"rescue": "off"})
    cut = Calls(lab)
    lab.simulator.inject("cut-after=5", count=1)
    answer = ask(lab, cut, "chat", "no-rescue", "[[sim: tokens=30]]", True)
    assert not complete("chat", answer, True)
    assert len(cut.records(1, outcome="upstream_error")[0]["attempts"]) == 1
    assert explained(lab, rows[-1])


def test_a_route_beats_its_model_and_the_model_the_settings(lab, calls):
    own = {"provider": "first", "upstream_model": "gpt-sim"}
    model(lab, "hasty", own, routing={"timeout": {"first_byte_last_ms": 300}})
    model(lab, "patient-route", own | {"routing": {"timeout": {"first_byte_last_ms": 700}}}, routing={"timeout": {"first_byte_last_ms": 300}})
    for name, limit in (("hasty", 300), ("patient-route", 700)):
        mine = Calls(lab)
        lab.simulator.inject("silent", count=1)
        answer = ask(lab, mine, "chat", name, stream=True)
        assert answer.status == 504 and f"within {limit} ms" in typed("chat", answer)
        clear(lab)


def test_a_route_has_a_breaker_of_its_own(lab, calls):
    name = model(lab, "nervous", {"provider": "first", "upstream_model": "gpt-sim", "routing": {"breaker": {"min_samples": 1, "failure_pct": 1, "open_s": 60}}})
    route = next(m for m in lab.console.call("GET", "/api/admin/models")["items"] if m["model_id"] == name)["routes"][0]
    assert route["routing"]["breaker"] == {"failure_pct": 1, "min_samples": 1, "window_s": None, "open_s": 60}
    lab.simulator.inject("status=504", count=1)
    assert ask(lab, calls, "chat", name).status == 504
    standings = lab.console.call("GET", "/api/admin/routes/standings")["items"]
    assert next(s for s in standings if s["route_id"] == route["id"])["breaker"] == "open"


def test_models_cannot_stand_in_for_each_other(lab, calls):
    shown = {m["model_id"]: m for m in lab.console.call("GET", "/api/admin/models")["items"]}
    assert shown["chain-a"]["routing"]["fallbacks"] == ["chain-b"] and shown["chain-a"]["routing"]["larger_context"] == "roomy"
    path = f"/api/admin/models/{shown['chain-b']['id']}"
    told = lab.console.call("PATCH", path, {"routing": {"fallbacks": ["chain-a"]}}, expect=409)["error"]
    assert "chain-b → chain-a → chain-b" in told["message"] and told["field"] == "routing.fallbacks"
    for routing, field in (
        ({"strategy": "luck"}, "routing.strategy"),
        ({"timeout": {"total_s": 0}}, "routing.timeout.total_s"),
        ({"fallbacks": ["nobody"]}, "routing.fallbacks[0]"),
        ({"larger_context": "chain-b"}, "routing.larger_context"),
    ):
        told = lab.console.call("PATCH", path, {"routing": routing}, expect=400)["error"]
        assert told["field"] == field and told["message"], told


def test_a_dry_run_knows_the_chain(lab, calls):
    answer = raw.post(lab, "chat", body("chat", "nick"), calls.headers | {"x-thinkwatch-dry-run": "1"})
    told = json.loads(answer.body)
    assert [c["route"].get("model") for c in told["candidates"]] == [None, "chain-b"] and told["route"]["provider"] == "first"
    assert [place["model"] for place in told["larger_context"]] == ["roomy"]
    preview = lab.console.call("POST", "/api/admin/limits/preview", {"model": "nick"})
    assert preview and "nick" not in json.dumps(preview.get("refused") or "")
