"""Calls to providers of each type cost what the bundled list says, by the names that those providers have for their models."""

import decimal

import pytest
from test_grid import by_hand

# Of a provider in conftest.py: an upstream model, and what the list has for it in dollars per million tokens.
LISTED = [
    ("gemini", "gemini-2.5-pro", "1.25", "10"),
    ("azure", "gpt-4o-mini", "0.15", "0.6"),
    ("bedrock", "anthropic.claude-sonnet-4-5-20250929-v1:0", "3", "15"),
    # Profiles: one that costs more than its model, and one that is found by it.
    ("bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "3.3", "16.5"),
    ("bedrock", "us.amazon.nova-lite-v1:0", "0.06", "0.24"),
]


@pytest.mark.parametrize("provider, upstream, input_price, output_price", LISTED, ids=[row[1] for row in LISTED])
def test_a_call_costs_what_the_list_says(stack, calls, provider, upstream, input_price, output_price):
    name = f"priced-{upstream}"
    stack.console.call("POST", "/api/admin/models", {
        "model_id": name, "routes": [{"provider": f"only-{provider}", "upstream_model": upstream}],
    })
    for stream in (False, True):
        body = {"messages": [{"role": "user", "content": "[[sim: tokens=37]]"}]}
        with by_hand(stack, calls, "chat", name, body, stream) as answer:
            told = answer.read()
            assert answer.status == 200, told
    for row in calls.records(2, outcome="ok"):
        assert row["output_tokens"] == 37 and row["input_tokens"] > 0, row
        micro = row["input_tokens"] * decimal.Decimal(input_price) + row["output_tokens"] * decimal.Decimal(output_price)
        assert decimal.Decimal(row["cost_usd"]) * 10**6 == micro and row["price_version"], row
