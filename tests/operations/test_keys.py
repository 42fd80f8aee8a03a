"""What a key may do, and when it ends."""

import datetime
import http.client
import json

import pytest
from lab import ask, get, names, typed, within

MODELS = {"chat": "gpt-4o-mini", "responses": "gpt-5", "messages": "claude-haiku-4-5", "count": "claude-haiku-4-5", "embeddings": "text-embedding-3-small"}


def issue(stack, **fields) -> dict:
    return stack.console.call("POST", "/api/keys", {"name": "of a test"} | fields, expect=201)


def status(stack, calls, key: str, endpoint: str = "chat") -> int:
    return ask(stack, calls, endpoint, MODELS[endpoint], key=key).status


def in_seconds(seconds: float) -> str:
    return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def test_after_its_grace_a_rotated_key_is_refused(stack, calls):
    old = issue(stack)
    new = stack.console.call("POST", f"/api/keys/{old['id']}/rotate", {"grace_secs": 2})
    within(1, lambda: status(stack, calls, new["key"]) == 200)
    assert status(stack, calls, old["key"]) == 200, "it must work on for its grace"
    within(3, lambda: status(stack, calls, old["key"]) == 401, "its grace is over")
    assert status(stack, calls, new["key"]) == 200
    shown = {key["id"]: key["state"] for key in stack.console.call("GET", "/api/keys?limit=1000")["items"]}
    assert shown.get(new["id"]) == "active" and shown.get(old["id"], "replaced") == "replaced"


def test_an_expired_key_is_refused(stack, calls):
    key = issue(stack, expires_at=in_seconds(2))["key"]
    within(1, lambda: status(stack, calls, key) == 200)
    within(3, lambda: status(stack, calls, key) == 401)
    answer = ask(stack, calls, "messages", MODELS["messages"], key=key)
    assert answer.status == 401 and "expired" in typed("messages", answer)


def test_a_disabled_key_comes_back(stack, calls):
    made = issue(stack)
    within(1, lambda: status(stack, calls, made["key"]) == 200)
    stack.console.call("POST", f"/api/keys/{made['id']}/disable", {"reason": "lost laptop"})
    within(1, lambda: status(stack, calls, made["key"]) == 401)
    stack.console.call("POST", f"/api/keys/{made['id']}/enable")
    within(1, lambda: status(stack, calls, made["key"]) == 200)


def test_a_deactivated_owner_ends_the_key(stack, calls):
    user = stack.console.call("POST", "/api/admin/users", {
        "email": "leaver@example.org", "display_name": "Leaver", "password": "Going-Away-9", "roles": ["developer"]}, expect=201)
    key = issue(stack, user_id=user["id"])["key"]
    within(1, lambda: status(stack, calls, key) == 200)
    stack.console.call("POST", f"/api/admin/users/{user['id']}/deactivate")
    within(1, lambda: status(stack, calls, key) == 401)


@pytest.mark.parametrize(("allowed", "good", "bad"), [
    (["gpt-4o-*"], {"gpt-4o-mini"}, {"gpt-4o", "gpt-5", "claude-haiku-4-5"}),
    (["gpt-4"], set(), {"gpt-4o", "gpt-4o-mini"}),
    (["*haiku*", "o3"], {"claude-haiku-4-5", "o3"}, {"o4-mini", "claude-sonnet-4-5"}),
    ([], set(), {"gpt-4o-mini"}),
    (["*"], {"gpt-4o-mini", "claude-haiku-4-5"}, set()),
])
def test_allowed_models_are_explicit_globs(stack, calls, allowed, good, bad):
    key = issue(stack, allowed_models=allowed)["key"]
    within(1, lambda: ask(stack, calls, "chat", "no-such", key=key).status != 401)
    for name in good | bad:
        answer = ask(stack, calls, "messages" if "claude" in name else "chat", name, key=key)
        assert answer.status == (200 if name in good else 403), (name, answer)
    listed = set(names(stack, key))
    assert not any(name in listed for name in bad) and good <= listed | {"gpt-4o-mini", "claude-haiku-4-5", "o3"}


@pytest.mark.parametrize("endpoint", MODELS)
def test_the_list_of_models_holds_on_every_endpoint(stack, calls, endpoint):
    key = issue(stack, allowed_models=["house-*"])["key"]
    within(1, lambda: ask(stack, calls, "chat", "house-mini", key=key).status == 200)
    calls.mark = stack.simulator.mark()
    answer = ask(stack, calls, endpoint, MODELS[endpoint], key=key)
    assert answer.status == 403 and MODELS[endpoint] in typed(endpoint, answer)
    calls.reached(0)
    refused = within(1, lambda: [row for row in stack.console.rows(calls.session, 2) if row["outcome"] == "refused"])
    assert refused[0]["model"] == MODELS[endpoint] and refused[0]["error_class"] == "key_models" and refused[0]["status_code"] == 403


def console_status(stack, key: str) -> int:
    connection = http.client.HTTPConnection(stack.console.url.removeprefix("http://"), timeout=10)
    connection.request("GET", "/api/keys", headers={"authorization": f"Bearer {key}"})
    answer = connection.getresponse()
    json.loads(answer.read())
    connection.close()
    return answer.status


def test_a_key_acts_only_on_its_surfaces(stack, calls):
    both, console, gateway = (issue(stack, surfaces=surfaces)["key"] for surfaces in (["ai_gateway", "console"], ["console"], ["ai_gateway"]))
    within(1, lambda: status(stack, calls, gateway) == 200 and console_status(stack, console) == 200)
    assert [status(stack, calls, key) for key in (both, console, gateway)] == [200, 403, 200]
    assert [console_status(stack, key) for key in (both, console)] == [200, 200]
    assert console_status(stack, gateway) in (401, 403)
    assert get(stack, "/v1/models", console, status=403)["error"]["message"]
