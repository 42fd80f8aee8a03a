"""What an operator sees and does while clients call: usage adds up within a second, keys that ended are refused within a second."""

import decimal
import time

import openai
import pytest

USER = [{"role": "user", "content": "hi [[sim: tokens=12 cached=3]]"}]
TOKENS = ("input_tokens", "cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens", "output_tokens", "reasoning_tokens")


@pytest.fixture
def issued(stack):
    return stack.console.call("POST", "/api/keys", {"name": f"accounts-{time.time_ns()}"}, expect=201)


def client(stack, calls, key: str) -> openai.OpenAI:
    return openai.OpenAI(api_key=key, base_url=f"{stack.url}/v1", max_retries=0, timeout=30, default_headers=calls.headers)


def within_a_second(happens) -> None:
    deadline = time.monotonic() + 1
    while not happens():
        assert time.monotonic() < deadline, "not within one second"
        time.sleep(0.03)


@pytest.mark.gateway
def test_usage_is_the_sum_of_the_records(stack, calls, issued):
    user = client(stack, calls, issued["key"])
    for model in ("house-mini", "gpt-4o-mini"):
        user.chat.completions.create(model=model, messages=USER)
        list(user.chat.completions.create(model=model, messages=USER, stream=True))
    user.responses.create(model="house-mini", input="hi [[sim: reasoning=5]]", store=False)
    user.embeddings.create(model="house-embed", input="hi")
    with pytest.raises(openai.InternalServerError):
        user.chat.completions.create(model="house-mini", messages=[{"role": "user", "content": "[[sim: status=500]]"}])
    stream = user.chat.completions.create(model="house-mini", messages=[{"role": "user", "content": "[[sim: tokens=400 delay-ms=20]]"}], stream=True)
    next(stream), next(stream)
    stream.close()

    path = f"/api/analytics/usage?key_lineage_id={issued['lineage_id']}&group_by=model"
    within_a_second(lambda: stack.console.call("GET", path)["total"]["requests"] == 8)
    usage = stack.console.call("GET", path)
    rows = calls.records(8)
    for name in TOKENS:
        assert usage["total"][name] == sum(row[name] for row in rows), name
        assert usage["total"][name] == sum(item[name] for item in usage["items"]), name
    assert decimal.Decimal(usage["total"]["cost_usd"]) == sum(decimal.Decimal(row["cost_usd"]) for row in rows) > 0
    assert {item["group"]["model"] for item in usage["items"]} == {"house-mini", "gpt-4o-mini", "house-embed"}


@pytest.mark.gateway
@pytest.mark.parametrize(("act", "body"), [("revoke", {"reason": "test"}), ("disable", {"reason": "test"}), ("rotate", {"grace_secs": 0})])
def test_a_key_that_ended_is_refused_within_a_second(stack, calls, issued, act, body):
    user = client(stack, calls, issued["key"])
    assert user.chat.completions.create(model="gpt-4o-mini", messages=USER).choices
    answer = stack.console.call("POST", f"/api/keys/{issued['id']}/{act}", body)

    def refused() -> bool:
        try:
            user.chat.completions.create(model="gpt-4o-mini", messages=USER)
        except openai.AuthenticationError:
            return True
        return False

    within_a_second(refused)
    if act == "rotate":
        assert client(stack, calls, answer["key"]).chat.completions.create(model="gpt-4o-mini", messages=USER).choices


@pytest.mark.gateway
def test_a_rotated_key_works_on_for_its_grace(stack, calls, issued):
    new = stack.console.call("POST", f"/api/keys/{issued['id']}/rotate", {"grace_secs": 60})
    assert new["lineage_id"] == issued["lineage_id"] and new["key"] != issued["key"]
    for key in (issued["key"], new["key"]):
        assert client(stack, calls, key).chat.completions.create(model="gpt-4o-mini", messages=USER).choices
    rows = calls.records(2, outcome="ok", key_lineage_id=issued["lineage_id"])
    assert len({row["key_id"] for row in rows}) == 2


@pytest.mark.gateway
def test_a_new_model_serves_within_a_second(stack, calls, issued):
    name = f"fresh-{time.time_ns()}"
    stack.console.call("POST", "/api/admin/models", {"model_id": name, "routes": [{"provider": "house", "upstream_model": "gpt-sim"}]}, expect=201)
    user = client(stack, calls, issued["key"])

    def serves() -> bool:
        try:
            return bool(user.chat.completions.create(model=name, messages=USER).choices)
        except openai.NotFoundError:
            return False

    within_a_second(serves)
    assert name in {model.id for model in user.models.list()}
