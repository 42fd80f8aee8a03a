"""What reached the provider, what the clients saw, what was recorded and what the ledger says: and whether these agree."""

import collections
import copy
import dataclasses
import decimal
import json

from harness.stack import PRICES

from stand import caught_up, until

TOKENS = (
    "input_tokens", "cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens", "output_tokens", "reasoning_tokens",
    "audio_input_tokens", "audio_output_tokens", "image_units",
)
# Reasoning is a part of output and paid for with it.
PRICED = {"input_tokens": "input", "cache_read_tokens": "cache_read", "cache_write_5m_tokens": "cache_write_5m",
          "cache_write_1h_tokens": "cache_write_1h", "output_tokens": "output"}
NONE = dict.fromkeys(TOKENS, 0)


@dataclasses.dataclass
class Reached:
    """A request that reached the provider."""

    trace: str
    status: int
    usage: dict | None
    whole: bool


@dataclasses.dataclass
class Evidence:
    reached: list[Reached]
    calls: list
    rows: list[dict]
    ledger: dict[str, dict]


@dataclasses.dataclass
class Verdict:
    missing: list[str] = dataclasses.field(default_factory=list)
    doubled: list[str] = dataclasses.field(default_factory=list)
    wrong: list[str] = dataclasses.field(default_factory=list)
    ledger: list[str] = dataclasses.field(default_factory=list)
    figures: dict = dataclasses.field(default_factory=dict)

    @property
    def clean(self) -> bool:
        return not (self.missing or self.doubled or self.wrong or self.ledger)

    def __str__(self) -> str:
        shown = {name: (len(found), found[:5]) for name, found in vars(self).items() if name != "figures" and found}
        return f"{self.figures} {shown or 'all agree'}"


def cost_nano(row: dict) -> decimal.Decimal:
    """The prices are whole nano-dollars for a token, so there is nothing to round."""
    return sum(decimal.Decimal(PRICES[price]) * 1000 * row[name] for name, price in PRICED.items())


def judge(evidence: Evidence) -> Verdict:
    verdict = Verdict()
    by_trace, by_tag = collections.defaultdict(list), collections.defaultdict(list)
    for row in evidence.rows:
        by_trace[row["trace_id"]].append(row)
        by_tag[row["session_id"]].append(row)
    reached = collections.defaultdict(list)
    for request in evidence.reached:
        reached[request.trace].append(request)

    for trace in reached:
        if not by_trace[trace]:
            verdict.missing.append(f"{trace} reached the provider and has no record")
    for trace, rows in by_trace.items():
        if len(rows) > 1:
            verdict.doubled.append(f"{trace} has {len(rows)} records")
    for row in evidence.rows:
        verdict.wrong += [f"{row['id']}: {what}" for what in faults_of_row(row, reached[row["trace_id"]])]
    for call in evidence.calls:
        verdict.wrong += [f"{call.tag}: {what}" for what in faults_of_call(call, by_tag[call.tag])]
    verdict.ledger = ledger_differences(evidence.rows, evidence.ledger)
    outcomes = collections.Counter(row["outcome"] for row in evidence.rows)
    verdict.figures = {
        "calls": len(evidence.calls), "reached": len(reached), "records": len(evidence.rows), **outcomes,
        "ended for the client": sum(call.terminal for call in evidence.calls), "missing": len(verdict.missing),
        "doubled": len(verdict.doubled), "ledger difference": len(verdict.ledger),
    }
    return verdict


def faults_of_row(row: dict, requests: list[Reached]):
    """What is wrong with a record, by itself and beside what the provider saw."""
    if decimal.Decimal(row["cost_usd"]) * 10**9 != cost_nano(row):
        yield f"costs {row['cost_usd']}, its tokens {cost_nano(row)} nano-dollars"
    if len(requests) > len(row["attempts"]):
        yield f"reached the provider {len(requests)} times in {len(row['attempts'])} attempts"
    if row["outcome"] == "ok":
        if not requests:
            yield "ok without having reached the provider"
        elif row["usage_estimated"]:
            yield "ok with estimated tokens"
        elif {name: row[name] for name in TOKENS} != requests[-1].usage:
            yield f"has tokens { {n: row[n] for n in TOKENS if row[n]} }, the provider said {requests[-1].usage}"
        if row["status_code"] != 200:
            yield f"ok with status {row['status_code']}"
    if row["outcome"] == "interrupted" and not row["usage_estimated"]:
        yield "interrupted with tokens that pass for exact"


def faults_of_call(call, rows: list[dict]):
    """What is wrong with a record beside what its client saw."""
    if call.ended_by == "hangs":
        yield "got no end within a minute"
    outcomes = [row["outcome"] for row in rows]
    if call.terminal and outcomes != ["ok"]:
        yield f"the client has the end of a good answer, the record says {outcomes}"
    if call.request_id and rows and rows[0]["request_id"] != call.request_id:
        yield f"told to be {call.request_id}, recorded as {rows[0]['request_id']}"
    if "cancelled" in outcomes and not call.left:
        yield "recorded as cancelled though the client stayed"
    if ("upstream_error" in outcomes or "client_error" in outcomes) and not call.fault:
        yield f"recorded as {outcomes} though the provider was well"
    if call.whole and call.status >= 400 and [row["status_code"] for row in rows] not in ([], [call.status]):
        yield f"was told {call.status}, the record says {[row['status_code'] for row in rows]}"


def ledger_differences(rows: list[dict], ledger: dict[str, dict]) -> list[str]:
    sums = collections.defaultdict(lambda: collections.Counter())
    for row in rows:
        of = sums[row["outcome"]]
        of["requests"] += 1
        of["estimated_requests"] += row["usage_estimated"]
        of["cost_nano"] += int(decimal.Decimal(row["cost_usd"]) * 10**9)
        for name in TOKENS:
            of[name] += row[name]
    found = []
    for outcome in sorted(sums.keys() | ledger.keys()):
        booked = dict(ledger.get(outcome, {}))
        booked["cost_nano"] = int(decimal.Decimal(booked.pop("cost_usd", "0")) * 10**9)
        for name in ("requests", "estimated_requests", "cost_nano", *TOKENS):
            if booked.get(name, 0) != sums[outcome][name]:
                found.append(f"{outcome} {name}: ledger {booked.get(name, 0)}, records {sums[outcome][name]}")
    return found


def usage_of(target: str, answer: bytes) -> dict | None:
    """The tokens that an answer of the simulator tells, as the log's disjoint classes."""
    events = []
    if answer.lstrip()[:1] == b"{":
        try:
            events.append(json.loads(answer))
        except ValueError:
            return None
    for line in answer.splitlines():
        if line.startswith(b"data: {"):
            try:
                events.append(json.loads(line[6:]))
            except ValueError:
                return None
    told: dict = {}
    for event in events:
        for holder in (event, event.get("message"), event.get("response")):
            if isinstance(holder, dict) and isinstance(holder.get("usage"), dict):
                told |= {name: value for name, value in holder["usage"].items() if value is not None}
    if not told:
        return None
    if target.startswith("/v1/messages"):
        written = told.get("cache_creation") or {"ephemeral_5m_input_tokens": told.get("cache_creation_input_tokens", 0)}
        return NONE | {
            "input_tokens": told["input_tokens"], "output_tokens": told["output_tokens"],
            "cache_read_tokens": told.get("cache_read_input_tokens", 0),
            "cache_write_5m_tokens": written.get("ephemeral_5m_input_tokens", 0),
            "cache_write_1h_tokens": written.get("ephemeral_1h_input_tokens", 0),
        }
    prompt = told.get("prompt_tokens", told.get("input_tokens", 0))
    output = told.get("completion_tokens", told.get("output_tokens", 0))
    before = told.get("prompt_tokens_details") or told.get("input_tokens_details") or {}
    after = told.get("completion_tokens_details") or told.get("output_tokens_details") or {}
    cached = before.get("cached_tokens") or 0
    return NONE | {"input_tokens": prompt - cached, "cache_read_tokens": cached, "output_tokens": output,
                   "reasoning_tokens": after.get("reasoning_tokens") or 0}


class Witness:
    """Reads the simulator's journal bit by bit: as a whole it would be too large."""

    def __init__(self, simulator):
        self.simulator = simulator
        self.since = 0
        self.seen: dict[int, Reached] = {}

    def look(self) -> None:
        oldest_open = None
        newest = self.since
        for exchange in self.simulator.journal(self.since):
            if exchange.finished_us is None:
                oldest_open = oldest_open or exchange.seq
            assert not exchange.leaked and exchange.refused is None, exchange.entry
            trace = (exchange.traceparent or "-none-").split("-")[1]
            self.seen[exchange.seq] = Reached(trace, exchange.status, usage_of(exchange.target, exchange.answered), exchange.complete)
            newest = max(newest, exchange.seq)
        self.since = oldest_open - 1 if oldest_open else newest

    def reached(self) -> list[Reached]:
        self.look()
        return list(self.seen.values())


def records(console) -> list[dict]:
    rows, cursor = [], ""
    while True:
        page = console.call("GET", f"/api/gateway/logs?limit=1000{cursor}")
        assert not page.get("unreadable"), page["unreadable"]
        rows += page["items"]
        if not page["next_cursor"]:
            return rows
        cursor = f"&cursor={page['next_cursor']}"


def ledger(console) -> dict[str, dict]:
    answer = console.call("GET", "/api/analytics/usage?group_by=outcome")
    return {item["group"]["outcome"]: {k: v for k, v in item.items() if k != "group"} for item in answer["items"]}


def gather(stand, witness: Witness, calls: list, seconds: float = 30) -> Evidence:
    """Everything, once the consumers have read all there is. A difference that is left then stays."""
    until(lambda: caught_up(stand), "the consumers to catch up", seconds)
    stand.console.sign_in()
    return Evidence(witness.reached(), calls, records(stand.console), ledger(stand.console))


def falsified(evidence: Evidence):
    """The same evidence with one thing made wrong at a time: each must be found."""
    def changed(change):
        other = Evidence(evidence.reached, evidence.calls, copy.deepcopy(evidence.rows), copy.deepcopy(evidence.ledger))
        change(other)
        return other

    first = next(i for i, row in enumerate(evidence.rows) if row["outcome"] == "ok" and row["output_tokens"])
    yield "missing", changed(lambda e: e.rows.pop(first))
    yield "doubled", changed(lambda e: e.rows.append(copy.deepcopy(e.rows[first])))
    yield "wrong", changed(lambda e: e.rows[first].update(output_tokens=e.rows[first]["output_tokens"] + 1))
    yield "wrong", changed(lambda e: e.rows[first].update(cost_usd="9"))
    yield "wrong", changed(lambda e: e.rows[first].update(outcome="interrupted", usage_estimated=True))
    yield "ledger", changed(lambda e: e.ledger["ok"].update(requests=e.ledger["ok"]["requests"] - 1))
    yield "ledger", changed(lambda e: e.ledger["ok"].update(cache_read_tokens=e.ledger["ok"]["cache_read_tokens"] + 1))
