"""What the provider answered, what was recorded, and what the ledger has: all three say the same, and everything once."""

import collections
import decimal
import time

from evidence import usage_of
from seen import until

# Dollars for a million tokens, and nano-dollars for one: some four hundred calls of a crowd are 10 USD.
PRICES = {"input": "137", "output": "791"}
INPUT, OUTPUT = 137_000, 791_000


def nano(usd: str) -> int:
    return int(decimal.Decimal(usd) * 10**9)


class Books:
    """`calls` are all that were made in the session, on a model that nothing else used."""

    def __init__(self, replicas, session: str, model: str, mark: int, calls: list):
        self.calls = {call.trace: call for call in calls}
        self.exchanges = {}
        for exchange in replicas.stack.simulator.journal(mark):
            assert not exchange.leaked and exchange.refused is None, exchange.entry
            trace = exchange.traceparent.split("-")[1]
            assert trace in self.calls and trace not in self.exchanges, "a call reached the provider twice"
            self.exchanges[trace] = exchange
        wanted = self.exchanges.keys() | {call.trace for call in calls if call.request_id}
        self.rows = all_rows(replicas.all[1], session, wanted)
        self.ledger = lambda: ledger(replicas.all[0], model)

    def agree(self) -> None:
        answered = 0
        for trace, rows in self.rows.items():
            call, exchange = self.calls[trace], self.exchanges.get(trace)
            assert len(rows) == 1, f"recorded {len(rows)} times: {rows}"
            (row,) = rows
            assert call.request_id in ("", row["request_id"]), (call, row)
            if row["outcome"] == "ok":
                answered += 1
                assert nano(row["cost_usd"]) == cost(exchange) > 0 and not row["usage_estimated"], row
            elif row["outcome"] == "refused":
                assert exchange is None and nano(row["cost_usd"]) == 0, row
            else:
                # Only a replica that dies leaves such: nobody has its answer.
                assert row["outcome"] == "interrupted" and call.status is None, (row, call)
            if call.status == 200:
                assert row["outcome"] == "ok", row
        assert answered >= sum(call.status == 200 for call in self.calls.values())
        rows = [row for rows in self.rows.values() for row in rows]
        assert len({row["request_id"] for row in rows}) == len(rows)
        sums = (len(rows), sum(nano(row["cost_usd"]) for row in rows))
        until(30, lambda: self.ledger() == sums, f"the ledger has {self.ledger()}, the records {sums}")

    def reached(self, kind: str) -> list[str]:
        return [trace for trace in self.exchanges if self.calls[trace].kind == kind]

    def charged(self, kind: str) -> int:
        """What the provider charges, by its own word."""
        return sum(cost(self.exchanges[trace]) for trace in self.reached(kind))

    def may_have_spent(self, call) -> bool:
        """Whether it was let in: a record is begun before a provider hears of a call."""
        begun = any(row["outcome"] != "refused" for row in self.rows.get(call.trace, []))
        return begun or call.trace in self.exchanges

    def charged_for(self, call) -> int:
        return cost(self.exchanges[call.trace])

    def booked(self, kind: str) -> int:
        return sum(nano(row["cost_usd"]) for trace, rows in self.rows.items() for row in rows if self.calls[trace].kind == kind)


def cost(exchange) -> int:
    """Nano-dollars of an exchange, by the usage that the provider told; nothing if it was cut before."""
    told = usage_of("/v1/chat/completions", exchange.answered) if exchange.complete else None
    return told["input_tokens"] * INPUT + told["output_tokens"] * OUTPUT if told else 0


def all_rows(replica, session: str, wanted: set[str], seconds: float = 60) -> dict[str, list[dict]]:
    """The rows of a session by trace, once all that are wanted are there."""
    deadline = time.monotonic() + seconds
    while True:
        found, cursor = collections.defaultdict(list), ""
        while True:
            page = replica.console.call("GET", f"/api/gateway/logs?limit=1000&session_id={session}{cursor}")
            for row in page["items"]:
                found[row["trace_id"]].append(row)
            if not page.get("next_cursor"):
                break
            cursor = f"&cursor={page['next_cursor']}"
        missing = wanted - found.keys()
        if not missing:
            return found
        assert time.monotonic() < deadline, f"{len(missing)} of {len(wanted)} have no record: {sorted(missing)[:3]}"
        time.sleep(0.2)


def ledger(replica, model: str) -> tuple[int, int]:
    """Calls and nano-dollars."""
    usage = replica.console.call("GET", "/api/analytics/usage?group_by=model")
    items = [item for item in usage["items"] if item["group"]["model"] == model]
    return sum(item["requests"] for item in items), sum(nano(item["cost_usd"]) for item in items)
