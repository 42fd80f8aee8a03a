"""What a call is said to have used and cost."""

import decimal

import pytest
from lab import ask, model

RATES = {"input": "1.111", "output": "7.77", "cache_read": "0.123", "cache_write_5m": "1.3", "cache_write_1h": "2.2", "reasoning": "11.013"}
SAID = "[[sim: tokens=23 cached=17 reasoning=9]]"


def nano(row: dict) -> decimal.Decimal:
    """A dollar per million tokens is a thousand nano-dollars per token. Reasoning is a part of output with a price of its own."""
    used = {
        "input": row["input_tokens"], "cache_read": row["cache_read_tokens"], "cache_write_5m": row["cache_write_5m_tokens"],
        "cache_write_1h": row["cache_write_1h_tokens"], "output": row["output_tokens"] - row["reasoning_tokens"], "reasoning": row["reasoning_tokens"],
    }
    return sum(count * decimal.Decimal(RATES[name]) * 1000 for name, count in used.items())


@pytest.fixture(scope="module")
def priced(stack):
    model(stack, "priced", {"provider": "house", "upstream_model": "gpt-4o"}, prices=RATES)
    model(stack, "priced-claude", {"provider": "house-messages", "upstream_model": "claude-opus-4-5"}, prices=RATES)
    return {"chat": "priced", "responses": "priced", "messages": "priced-claude"}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("endpoint", "text", "classes"), [
    ("chat", "[[sim: tokens=23 cached=17 reasoning=9]]", ("cache_read_tokens", "reasoning_tokens")),
    ("responses", "[[sim: tokens=23 cached=17 reasoning=9]]", ("cache_read_tokens", "reasoning_tokens")),
    ("messages", "[[sim: tokens=23 cached=17 cache-write=31]]", ("cache_read_tokens", "cache_write_5m_tokens")),
])
def test_every_class_of_token_has_its_price(stack, calls, priced, endpoint, text, classes, stream):
    assert ask(stack, calls, endpoint, priced[endpoint], text, stream).status == 200
    row = calls.record(model=priced[endpoint], usage_estimated=False, cache_read_tokens=17)
    assert row["input_tokens"] > 0 and row["output_tokens"] >= 23 and all(row[name] > 0 for name in classes), row
    assert row["price_version"]
    assert decimal.Decimal(row["cost_usd"]) * 10**9 == nano(row).to_integral_value(decimal.ROUND_HALF_UP), (row, nano(row))
    (attempt,) = row["attempts"]
    assert attempt["cost_usd"] == row["cost_usd"] and attempt["price_version"] == row["price_version"]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("endpoint", ["chat", "responses", "messages"])
def test_without_usage_from_the_provider_it_is_estimated(stack, calls, priced, endpoint, stream):
    assert ask(stack, calls, endpoint, priced[endpoint], "[[sim: tokens=60 no-usage]]", stream).status == 200
    row = calls.record(usage_estimated=True)
    # Sixty words of five or six letters: a guess from bytes must be near, not exact.
    assert 30 <= row["output_tokens"] <= (200 if stream else 400) and row["input_tokens"] > 5, row
    assert decimal.Decimal(row["cost_usd"]) * 10**9 == nano(row).to_integral_value(decimal.ROUND_HALF_UP) > 0


@pytest.mark.parametrize("asked", [False, True])
def test_usage_is_asked_for_and_shown_only_to_who_asked(stack, calls, priced, asked):
    more = {"stream_options": {"include_usage": True}} if asked else {}
    answer = ask(stack, calls, "chat", "priced", "[[sim: tokens=5]]", True, **more)
    (reached,) = calls.reached()
    assert b'"include_usage":true' in reached.sent.replace(b" ", b""), "the provider was not asked"
    assert (b'"usage":{' in answer.body.replace(b" ", b"")) is asked
    assert asked or b'"usage"' not in answer.body
    calls.record(output_tokens=5, usage_estimated=False)


def test_what_is_not_priced_costs_nothing_and_says_so(stack, calls):
    name = model(stack, "unpriced", {"provider": "house", "upstream_model": "o3"})
    assert ask(stack, calls, "chat", name).status == 200
    row = calls.record(model=name)
    assert row["price_version"] == "" and decimal.Decimal(row["cost_usd"]) == 0 and row["output_tokens"] > 0
