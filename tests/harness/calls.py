"""One test's calls: a session id that marks them, and checks of what was recorded about them."""

import decimal
import uuid

from .stack import HOUSE, PRICES, Stack

CLASSES = ("input_tokens", "cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens", "output_tokens")


class Calls:
    def __init__(self, stack: Stack):
        self.stack = stack
        self.session = f"t-{uuid.uuid4()}"
        self.headers = {} if stack.direct else {"x-session-id": self.session}
        self.mark = stack.simulator.mark()

    def reached(self, count: int = 1):
        """The exchanges at the simulator since this test began; all of them must have been clean.

        Tests run one after the other, so whatever arrived belongs to this one."""
        exchanges = self.stack.simulator.journal(self.mark)
        assert len(exchanges) == count, [(e.method, e.target, e.status) for e in exchanges]
        for exchange in exchanges:
            assert not exchange.leaked, exchange.leaked
            assert exchange.refused is None, exchange.refused
            assert not any(note.startswith("unknown directive") for note in exchange.notes), exchange.notes
        return exchanges

    def record(self, outcome: str = "ok", status: int = 200, **expected) -> dict | None:
        """The one row of this test's one call."""
        return self.records(1, outcome=outcome, status_code=status, **expected)[0]

    def records(self, count: int, **expected) -> list[dict | None]:
        if self.stack.direct:
            return [None] * count
        rows = self.stack.console.rows(self.session, count)
        assert len(rows) == count, rows
        for row in rows:
            wrong = {name: (row.get(name), value) for name, value in expected.items() if row.get(name) != value}
            assert not wrong, f"(recorded, expected): {wrong} in {row}"
            self._check_cost(row)
        return rows

    def _check_cost(self, row: dict) -> None:
        """Priced models cost what the tokens of the row say, to the nano-dollar."""
        if row["model"] not in HOUSE or not row.get("route_id"):
            return
        price = dict(zip(CLASSES, (PRICES[k] for k in ("input", "cache_read", "cache_write_5m", "cache_write_1h", "output"))))
        nano = sum(decimal.Decimal(row[name] or 0) * decimal.Decimal(price[name]) * 1000 for name in CLASSES)
        recorded = decimal.Decimal(row["cost_usd"]) * 10**9
        assert abs(recorded - nano) <= 1, (row["cost_usd"], nano, row)


def openai_tokens(usage) -> dict:
    """A Chat or Responses usage as the log's disjoint classes."""
    if hasattr(usage, "prompt_tokens"):
        total, out, details = usage.prompt_tokens, getattr(usage, "completion_tokens", 0), getattr(usage, "prompt_tokens_details", None)
    else:
        total, out, details = usage.input_tokens, usage.output_tokens, usage.input_tokens_details
    cached = (details.cached_tokens or 0) if details else 0
    return {"input_tokens": total - cached, "cache_read_tokens": cached, "output_tokens": out, "usage_estimated": False}


def anthropic_tokens(usage) -> dict:
    return {
        "input_tokens": usage.input_tokens,
        "cache_read_tokens": usage.cache_read_input_tokens or 0,
        "output_tokens": usage.output_tokens,
        "usage_estimated": False,
    }
