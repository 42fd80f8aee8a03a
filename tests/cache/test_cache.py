"""The response cache as callers meet it, by the official SDKs and by hand."""

import contextlib
import decimal
import json
import time
import uuid

import anthropic
import openai
import pytest
from asking import asked_with, kept, model_row, new_model, told
from google import genai
from google.genai import types
from lab import ask, begun, body, typed, within

from harness import raw
from harness.calls import Calls
from harness.redis import Redis
from harness.stack import PRICES, Stack

SAID = [{"role": "user", "content": "hi"}]


def shown(event) -> dict:
    return event.model_dump(mode="json")


class Spoken:
    """The same question in the words of an SDK: JSON and stream, each with what the answer's headers say."""

    def __init__(self, dialect: str, stack: Stack, calls: Calls, key: str, only_kept: bool = False):
        self.dialect = dialect
        headers = calls.headers | ({"cache-control": "only-if-cached"} if only_kept else {})
        options = {"api_key": key, "max_retries": 0, "timeout": 30, "default_headers": headers}
        if dialect == "messages":
            self.sdk = anthropic.Anthropic(base_url=stack.url, **options)
        elif dialect == "gemini":
            options = types.HttpOptions(base_url=stack.url, headers=headers, timeout=30_000)
            self.sdk = genai.Client(api_key=key, vertexai=False, http_options=options)
        else:
            self.sdk = openai.OpenAI(base_url=f"{stack.url}/v1", **options)

    def whole(self, model: str) -> tuple[str | None, dict]:
        match self.dialect:
            case "chat":
                answer = self.sdk.chat.completions.with_raw_response.create(model=model, messages=SAID)
            case "responses":
                answer = self.sdk.responses.with_raw_response.create(model=model, input="hi", store=False)
            case "messages":
                answer = self.sdk.messages.with_raw_response.create(model=model, messages=SAID, max_tokens=100)
            case "embeddings":
                answer = self.sdk.embeddings.with_raw_response.create(model=model, input="hi")
            case "gemini":
                answer = self.sdk.models.generate_content(model=model, contents="hi")
                headers = {name.lower(): value for name, value in answer.sdk_http_response.headers.items()}
                return headers.get("x-thinkwatch-cache"), shown(answer) | {"sdk_http_response": None}
        return answer.headers.get("x-thinkwatch-cache"), shown(answer.parse())

    def stream(self, model: str) -> tuple[str | None, list[dict]]:
        match self.dialect:
            case "chat":
                options = {"include_usage": True}
                opened = self.sdk.chat.completions.with_raw_response.create(model=model, messages=SAID, stream=True, stream_options=options)
            case "responses":
                opened = self.sdk.responses.with_raw_response.create(model=model, input="hi", store=False, stream=True)
            case "messages":
                opened = self.sdk.messages.with_raw_response.create(model=model, messages=SAID, max_tokens=100, stream=True)
            case "gemini":
                events = list(self.sdk.models.generate_content_stream(model=model, contents="hi"))
                headers = {name.lower(): value for name, value in events[0].sdk_http_response.headers.items()}
                return headers.get("x-thinkwatch-cache"), [shown(event) | {"sdk_http_response": None} for event in events]
        return opened.headers.get("x-thinkwatch-cache"), [shown(event) for event in opened.parse()]


BROKEN = (openai.APIStatusError, anthropic.APIStatusError, genai.errors.APIError)


def once_kept(speak):
    """The kept answer: until it is there the call is refused, and reaches nobody."""
    def found():
        with contextlib.suppress(*BROKEN):
            return speak()

    return within(20, found, "the answer was not kept")


ON = {"chat": ("house", "gpt-sim"), "responses": ("house", "gpt-sim"), "messages": ("house-messages", "claude-sim"), "gemini": ("house", "gpt-sim")}
WAYS = [*((dialect, way) for dialect in ON for way in ("whole", "stream")), ("embeddings", "whole")]


@pytest.mark.parametrize(("dialect", "way"), WAYS)
def test_the_second_answer_is_the_first_one_again(stack, calls, dialect, way):
    provider, upstream = ON.get(dialect, ("house", "text-embedding-3-small"))
    name = new_model(stack, provider=provider, upstream=upstream, prices=PRICES)
    said, first = getattr(Spoken(dialect, stack, calls, stack.openai_key), way)(name)
    assert said == "MISS" and first, first
    again = Spoken(dialect, stack, calls, stack.openai_key, only_kept=True)
    said, second = once_kept(lambda: getattr(again, way)(name))
    assert said == "HIT" and second == first
    calls.reached(1)
    within(5, lambda: any(row["cache_hit"] for row in stack.console.rows(calls.session, 2)), "the hit is not in the log")
    rows = [row for row in stack.console.rows(calls.session, 2) if row["outcome"] == "ok"]
    hit, miss = next(row for row in rows if row["cache_hit"]), next(row for row in rows if not row["cache_hit"])
    assert (hit["cost_usd"], hit["attempts"], hit["input_tokens"], hit["output_tokens"], hit["status_code"]) == ("0", [], 0, 0, 200), hit
    assert hit["saved_tokens"] == sum(miss[name] for name in ("input_tokens", "cache_read_tokens", "output_tokens")) > 0, (hit, miss)
    assert decimal.Decimal(hit["saved_cost_usd"]) == decimal.Decimal(miss["cost_usd"]) > 0
    assert (miss["saved_tokens"], miss["saved_cost_usd"]) == (0, "0") and hit["response_bytes"] == miss["response_bytes"]
    assert hit["stream"] == miss["stream"] == (way == "stream")


def test_off_by_default_and_switched_by_model_and_key(stack, calls):
    plain = new_model(stack, ttl_s=None)
    for _ in range(2):
        assert told(ask(stack, calls, "chat", plain)) is None
    keeps, never = stack.key(cache_ttl_s=60), stack.key(cache_ttl_s=0)
    assert told(ask(stack, calls, "chat", plain, key=keeps)) == "MISS"
    kept(stack, calls, "chat", plain, key=keeps)
    on = new_model(stack)
    assert told(ask(stack, calls, "chat", on, key=never)) is None
    assert told(ask(stack, calls, "chat", on)) == "MISS"
    kept(stack, calls, "chat", on)
    assert told(ask(stack, calls, "chat", on, key=never)) is None, "the key's word counts first"
    calls.reached(6)
    row = model_row(stack, on)
    assert row["cache_ttl_s"] == 3600
    assert stack.console.call("PATCH", f"/api/admin/models/{row['id']}", {"cache_ttl_s": None})["cache_ttl_s"] is None
    assert told(ask(stack, calls, "chat", on)) is None
    for path, fields in (("/api/admin/models", {"model_id": "x", "routes": []}), ("/api/keys", {"name": "x"})):
        refused = stack.console.call("POST", path, fields | {"cache_ttl_s": 604801}, expect=400)
        assert refused["error"]["field"] == "cache_ttl_s" and "604800" in refused["error"]["message"], refused


def test_nothing_is_shared_between_people(stack, calls):
    name = new_model(stack)
    mark = uuid.uuid4().hex[:8]
    other = stack.console.call("POST", "/api/admin/users", {
        "email": f"other-{mark}@example.org", "display_name": "Other", "password": "Correct-Horse-8", "roles": ["developer"],
    })
    theirs, second = stack.key(user_id=other["id"]), stack.key()
    assert told(ask(stack, calls, "chat", name)) == "MISS"
    kept(stack, calls, "chat", name)
    assert told(kept(stack, calls, "chat", name, key=second)) == "HIT", "another key of the same user"
    refused = asked_with(stack, calls, "only-if-cached", "chat", name, key=theirs)
    assert refused.status == 504 and json.loads(refused.body)["error"]["code"] == "not_cached", refused
    assert told(ask(stack, calls, "chat", name, key=theirs)) == "MISS"
    calls.reached(2)


TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}
CHANGES = {
    "text": {"messages": [{"role": "user", "content": "hi "}]},
    "temperature": {"temperature": 0.5},
    "an equal number in other words": {"temperature": 1.0, "top_p": 1},
    "tools": {"tools": [TOOL]},
    "format": {"response_format": {"type": "json_object"}},
    "limit": {"max_tokens": 77},
    "seed": {"seed": 1},
    "order of messages": {"messages": [{"role": "user", "content": "b"}, {"role": "user", "content": "a"}]},
}


def test_whatever_is_said_makes_another_question(stack, calls):
    name = new_model(stack)
    base = {"temperature": 1, "top_p": 1, "messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]}
    assert told(ask(stack, calls, "chat", name, **base)) == "MISS"
    kept(stack, calls, "chat", name, **base)
    for what, change in CHANGES.items():
        assert told(ask(stack, calls, "chat", name, **(base | change))) == "MISS", what
    assert told(ask(stack, calls, "chat", name, stream=True, **base)) == "MISS", "a stream"
    calls.headers["x-thinkwatch-strict"] = "true"
    assert told(ask(stack, calls, "chat", name, **base)) == "MISS", "strict"
    del calls.headers["x-thinkwatch-strict"]
    calls.reached(len(CHANGES) + 3)
    # Order of members, white space and who is named do not count.
    turned = dict(reversed((base | {"model": name}).items()))
    for same in (json.dumps(turned, indent=3), json.dumps(turned | {"user": "ann"}), json.dumps(turned | {"user": "bob"})):
        assert told(raw.post(stack, "chat", same.encode(), calls.headers)) == "HIT", same
    calls.reached(len(CHANGES) + 3)


def test_the_headers_that_change_an_answer_count_and_others_do_not(stack, calls):
    name = new_model(stack, provider="house-messages", upstream="claude-sim")
    assert told(ask(stack, calls, "messages", name)) == "MISS"
    kept(stack, calls, "messages", name)
    assert told(ask(stack, calls, "messages", name, metadata={"user_id": "session-2"})) == "HIT"
    calls.headers["user-agent"] = "another/1.0"
    assert told(ask(stack, calls, "messages", name)) == "HIT"
    calls.headers["anthropic-beta"] = "context-1m-2025-08-07"
    assert told(ask(stack, calls, "messages", name)) == "MISS"


def test_cache_control_is_heeded(stack, calls):
    name = new_model(stack)
    refused = asked_with(stack, calls, "only-if-cached", "chat", name)
    assert refused.status == 504 and "only-if-cached" in typed("chat", refused), refused
    refused = asked_with(stack, calls, "only-if-cached", "messages", name)
    assert refused.status == 504 and "only-if-cached" in typed("messages", refused), refused
    calls.reached(0)
    assert told(asked_with(stack, calls, "no-store", "chat", name)) == "MISS"
    calls.reached(1)
    # It was not kept: what is asked now reaches the provider, and this one is kept.
    assert told(asked_with(stack, calls, "no-cache", "chat", name)) == "MISS"
    first = kept(stack, calls, "chat", name)
    assert told(asked_with(stack, calls, "no-store", "chat", name)) == "MISS"
    assert told(asked_with(stack, calls, "max-age=0", "chat", name)) == "MISS"
    calls.reached(4)
    newer = within(20, lambda: (got := kept(stack, calls, "chat", name)).body != first.body and got, "max-age=0 keeps the new one")
    assert 0 <= int(newer.headers["age"]) <= 60, newer.headers
    assert told(asked_with(stack, calls, "max-age=3000", "chat", name)) == "HIT"
    within(20, lambda: int(kept(stack, calls, "chat", name).headers["age"]) >= 2, "it grows old")
    assert told(asked_with(stack, calls, "max-age=1", "chat", name)) == "MISS"
    calls.reached(5)
    row = next(row for row in stack.console.rows(calls.session, 1000) if row["error_class"] == "not_cached")
    assert (row["outcome"], row["status_code"], row["attempts"]) == ("refused", 504, []), row


def test_an_answer_is_over_after_its_time(stack, calls):
    name = new_model(stack, ttl_s=1)
    assert told(ask(stack, calls, "chat", name)) == "MISS"
    within(20, lambda: asked_with(stack, calls, "only-if-cached", "chat", name).status == 504, "it is never over")
    assert told(ask(stack, calls, "chat", name)) == "MISS"
    calls.reached(2)


def test_a_changed_model_does_not_answer_as_before(stack, calls):
    name = new_model(stack)
    row = model_row(stack, name)
    assert told(ask(stack, calls, "chat", name)) == "MISS"
    kept(stack, calls, "chat", name)
    changes = [
        {"routes": [{"provider": "house", "upstream_model": "gpt-4o-mini"}]},
        {"routes": [{"provider": "house", "upstream_model": "gpt-4o-mini", "weight": 7}]},
        {"prices": PRICES | {"input": "99"}},
    ]
    for change in changes:
        stack.console.call("PATCH", f"/api/admin/models/{row['id']}", change)
        assert told(ask(stack, calls, "chat", name)) == "MISS", change
        kept(stack, calls, "chat", name)
    calls.reached(1 + len(changes))


NOT_WHOLE = {
    "cut": "[[sim: tokens=30 cut-after=4]]",
    "an error within": "[[sim: tokens=30 error-event-after=4]]",
    "a status": "[[sim: status=500]]",
}


@pytest.mark.parametrize("dialect", ["chat", "messages", "responses"])
def test_what_is_not_whole_is_not_kept(stack, calls, dialect):
    provider, upstream = ON[dialect]
    name = new_model(stack, provider=provider, upstream=upstream)
    for prompt in NOT_WHOLE.values():
        ask(stack, calls, dialect, name, prompt, stream=True)
    # Whoever leaves keeps nothing either.
    with begun(stack, calls, dialect, name, "[[sim: tokens=200 delay-ms=20]]") as wire:
        assert b"200" in wire.recv(65536)
    # What is kept after them is there, so they would be, too.
    assert told(ask(stack, calls, dialect, name, stream=True)) == "MISS"
    kept(stack, calls, dialect, name, stream=True)
    for what, prompt in (NOT_WHOLE | {"left": "[[sim: tokens=200 delay-ms=20]]"}).items():
        assert asked_with(stack, calls, "only-if-cached", dialect, name, prompt, stream=True).status == 504, what


def test_what_a_provider_keeps_is_not_given_again(stack, calls):
    name = new_model(stack)
    for endpoint, more in (("chat", {"store": True}), ("responses", {"store": True}), ("responses", {"store": None})):
        assert told(ask(stack, calls, endpoint, name, **more)) == "MISS"
        assert asked_with(stack, calls, "only-if-cached", endpoint, name, **more).status == 504
    first = json.loads(ask(stack, calls, "responses", name, store=True).body)["id"]
    assert told(ask(stack, calls, "responses", name, previous_response_id=first)) == "MISS"
    assert asked_with(stack, calls, "only-if-cached", "responses", name, previous_response_id=first).status == 504


def test_a_large_answer_is_not_kept(stack, calls):
    name = new_model(stack)
    large = "[[sim: big-answer=1200000]]"
    assert told(ask(stack, calls, "chat", name, large)) == "MISS"
    assert told(ask(stack, calls, "chat", name)) == "MISS"
    kept(stack, calls, "chat", name)
    assert asked_with(stack, calls, "only-if-cached", "chat", name, large).status == 504


def test_who_may_not_call_gets_no_hit(stack, calls):
    name = new_model(stack)
    made = stack.console.call("POST", "/api/keys", {"name": f"k-{uuid.uuid4()}"})
    assert told(ask(stack, calls, "chat", name, key=made["key"])) == "MISS"
    kept(stack, calls, "chat", name, key=made["key"])
    stack.console.call("PATCH", f"/api/keys/{made['id']}", {"allowed_models": ["other-*"]})
    assert ask(stack, calls, "chat", name, key=made["key"]).status == 403
    stack.console.call("PATCH", f"/api/keys/{made['id']}", {"allowed_models": None})
    assert told(ask(stack, calls, "chat", name, key=made["key"])) == "HIT"
    stack.console.call("POST", f"/api/keys/{made['id']}/revoke", {"reason": "test"})
    assert ask(stack, calls, "chat", name, key=made["key"]).status == 401
    calls.reached(1)


def test_a_hit_counts_as_a_call_and_costs_nothing(stack, calls):
    name = new_model(stack, prices=PRICES)
    made = stack.console.call("POST", "/api/keys", {"name": f"k-{uuid.uuid4()}"})
    assert told(ask(stack, calls, "chat", name)) == "MISS"
    kept(stack, calls, "chat", name)
    # No room for the tokens or the money of a single call that reaches a provider.
    path = f"/api/admin/limits/key/{made['id']}"
    stack.console.call("POST", f"{path}/rules", {"metric": "requests", "max": 3, "window": "1h"}, expect=201)
    stack.console.call("POST", f"{path}/rules", {"metric": "tokens", "max": 1, "window": "1h"}, expect=201)
    stack.console.call("POST", f"{path}/budgets", {"period": "monthly", "unit": "usd", "max": "0.000001", "hard": True}, expect=201)
    for left in (2, 1, 0):
        answer = ask(stack, calls, "chat", name, key=made["key"])
        assert told(answer) == "HIT" and answer.headers["x-ratelimit-remaining-requests"] == str(left), answer
    answer = ask(stack, calls, "chat", name, key=made["key"])
    assert answer.status == 429 and "`key:requests/1h`" in typed("chat", answer), answer
    calls.reached(1)


def test_hits_are_in_usage_without_cost(stack, calls):
    name = new_model(stack, prices=PRICES)
    assert told(ask(stack, calls, "chat", name)) == "MISS"
    for _ in range(3):
        kept(stack, calls, "chat", name)

    def used():
        usage = stack.console.call("GET", "/api/analytics/usage?group_by=model")["items"]
        found = [item for item in usage if item["group"]["model"] == name]
        # Refusals while it was not there yet are calls, too.
        return found[0] if found and found[0]["requests"] >= 4 else None

    of_model = within(20, used, "the ledger has not read the calls")
    miss = next(row for row in stack.console.rows(calls.session, 4) if row["outcome"] == "ok" and not row["cache_hit"])
    assert decimal.Decimal(of_model["cost_usd"]) == decimal.Decimal(miss["cost_usd"]) > 0
    assert of_model["output_tokens"] == miss["output_tokens"]


def test_a_purge_forgets_and_is_in_the_trail(stack, calls):
    name = new_model(stack)
    assert told(ask(stack, calls, "chat", name)) == "MISS"
    kept(stack, calls, "chat", name)
    assert stack.console.call("POST", "/api/admin/cache/purge")["purged"] >= 1
    assert asked_with(stack, calls, "only-if-cached", "chat", name).status == 504
    assert stack.console.call("GET", "/api/audit/logs?action=cache.purge")["items"][0]["action"] == "cache.purge"


def test_metrics_tell_hits_and_misses(stack, calls):
    def counted(result: str) -> float:
        text = raw.exchange(stack, b"GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").decode()
        found = [line for line in text.splitlines() if line.startswith(f'gateway_cache_total{{result="{result}"}}')]
        return float(found[0].rsplit(" ", 1)[1]) if found else 0

    name = new_model(stack)
    before = {result: counted(result) for result in ("hit", "miss", "not_wanted", "not_cacheable")}
    assert told(ask(stack, calls, "chat", name)) == "MISS"
    kept(stack, calls, "chat", name)
    asked_with(stack, calls, "no-store", "chat", name)
    ask(stack, calls, "chat", name, store=True)
    gained = {result: counted(result) - value for result, value in before.items()}
    assert gained["hit"] == gained["not_wanted"] == gained["not_cacheable"] == 1 and gained["miss"] >= 1, gained


def test_what_was_left_out_is_told_again(stack, calls):
    name = new_model(stack, provider="house-messages", upstream="claude-sim")
    asked = body("chat", name, logit_bias={"1": 2}, max_tokens=50)
    first = raw.post(stack, "chat", asked, calls.headers)
    assert told(first) == "MISS" and "logit_bias" in first.headers["x-thinkwatch-dropped"], first
    again = within(20, lambda: (got := raw.post(stack, "chat", asked, calls.headers | {"cache-control": "only-if-cached"})).status == 200 and got)
    assert told(again) == "HIT" and again.headers["x-thinkwatch-dropped"] == first.headers["x-thinkwatch-dropped"]
    assert again.body == first.body and again.headers["content-type"] == first.headers["content-type"]


def test_a_restart_forgets_and_a_bound_holds(stack, calls):
    name = new_model(stack)
    assert told(ask(stack, calls, "chat", name)) == "MISS"
    kept(stack, calls, "chat", name)
    stack.gateway.stop()
    stack.start()
    stack.console.sign_in()
    assert told(ask(stack, calls, "chat", name)) == "MISS"
    kept(stack, calls, "chat", name)
    # Four answers of 300 KB in one megabyte: the oldest goes.
    stack.console.call("PATCH", "/api/admin/settings", {"gateway.cache.max_mb": 1})
    try:
        asked = [f"[[sim: big-answer=300000]] {number}" for number in range(4)]
        for text in asked:
            assert told(ask(stack, calls, "chat", name, text)) == "MISS"
            kept(stack, calls, "chat", name, text)
        assert asked_with(stack, calls, "only-if-cached", "chat", name, asked[0]).status == 504
        assert told(asked_with(stack, calls, "only-if-cached", "chat", name, asked[3])) == "HIT"
    finally:
        stack.console.call("PATCH", "/api/admin/settings", {"gateway.cache.max_mb": None})


@pytest.fixture(scope="module")
def replicas():
    from harness.replicas import Replicas

    replicas = Replicas(2)
    yield replicas
    replicas.stop()


def test_replicas_share_answers_and_do_without_redis(replicas):
    first, second = replicas.all
    calls = Calls(replicas.stack)
    name = new_model(first)
    within(20, lambda: ask(second, calls, "chat", name, "warm").status == 200, "the second replica serves it")
    mark = first.simulator.mark()
    assert told(ask(first, calls, "chat", name)) == "MISS"
    theirs = kept(second, calls, "chat", name)
    assert theirs.body == kept(first, calls, "chat", name).body
    for text in ("choices", name):
        command = replicas.redis.command("EVAL", f'"local n=0 for _,k in ipairs(redis.call(\'KEYS\',\'*answer*\')) do if string.find(redis.call(\'GET\',k),\'{text}\',1,true) then n=n+1 end end return n"', "0")
        assert command == ":0", "what is kept can be read in Redis"
    assert len(first.simulator.journal(mark)) == 1
    redis: Redis = replicas.redis
    for away, back in ((redis.pause, redis.resume), (redis.kill, redis.start)):
        away()
        began = time.monotonic()
        for replica in replicas.all:
            for _ in range(3):
                assert told(ask(replica, calls, "chat", name)) == "MISS", "without Redis the provider is asked"
        print(f"six calls without Redis took {time.monotonic() - began:.2f} s")
        back()

        def again() -> bool:
            # Who keeps an answer connects again.
            for replica in replicas.all:
                ask(replica, calls, "chat", name)
            return all(asked_with(replica, calls, "only-if-cached", "chat", name).status == 200 for replica in replicas.all)

        within(30, again, "it never comes back")
