"""A thousand callers over three replicas against a hard budget of 10 USD and a limit of 100 requests, both failing closed: neither is
overrun by more than docs/LIMITS.md says, counts are exact, and nothing is charged twice, whatever is killed or halted in the middle.

Each caller makes a call per round, and there are rounds until one lets nothing in any more. `TW_CROWD` is how many callers there are."""

import asyncio
import collections
import json
import os
import resource
import signal
import time
import uuid

import pytest
from books import INPUT, OUTPUT, PRICES, Books, nano
from crowd import Crowd
from figures import note
from rules import Limited
from seen import ask, served, until

from harness import raw
from harness.replicas import Replicas

CALLERS = int(os.environ.get("TW_CROWD", "1000"))
BUDGET_USD, REQUESTS = 10, 100
BUDGET = BUDGET_USD * 10**9
# Redis forgets a replica that does not show itself for so long (ADR 20).
LEASE_S = 10
# The fault strikes when so many calls on the budget have been answered.
MIDDLE = 60


@pytest.fixture(scope="module")
def replicas():
    # Each caller is a descriptor here, some more there.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(soft, 4 * CALLERS + 1000)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
    # A crowd on a small machine makes everything slow; that alone must not look as if Redis were away.
    settings = {"RATES_WHEN_DOWN": "closed", "REDIS_TIMEOUT_MS": "5000"}
    settings = {f"THINKWATCH_SETTING_GATEWAY__LIMITS__{name}": value for name, value in settings.items()}
    replicas = Replicas(3, settings, simulator={"journal": 100_000})
    yield replicas
    replicas.stop()


class Case:
    """A key with the budget, a key with the limit, a model of their own, and the callers."""

    def __init__(self, replicas):
        self.replicas, self.first = replicas, replicas.all[0]
        self.session, self.began = f"caps-{uuid.uuid4()}", time.monotonic()
        self.model = f"m-{uuid.uuid4()}"
        self.first.console.call("POST", "/api/admin/models", {
            "model_id": self.model, "routes": [{"provider": "house", "upstream_model": "gpt-sim"}], "prices": PRICES,
        })
        self.counted, self.spender, other = Limited(self.first), Limited(self.first), Limited(self.first)
        self.counted.rule("requests", REQUESTS, "1h")
        other.budget("usd", "1000")
        self.spender.budget("usd", str(BUDGET_USD))
        for replica in replicas.all:
            until(20, lambda: self.in_force(replica), f"{replica.name} does not know the budget")
            # Right after its start nobody can say what is spent.
            until(30, lambda: counts(replica, other.key), f"{replica.name} does not know what is spent")
        self.mark = self.first.simulator.mark()
        keys = {"spend": self.spender.key, "count": self.counted.key}
        self.crowd = Crowd([replica.port for replica in replicas.all], keys, self.session, self.model, CALLERS)
        # Of the replica that was killed: its calls on the budget, and what the ledger had of them.
        self.lost: tuple[list, int] | None = None

    def in_force(self, replica) -> bool:
        """Whether it would refuse a call that is dearer than the budget. What else there is was made before."""
        if self.model not in served(replica):
            return False
        body = json.dumps({"model": "house-mini", "max_tokens": 100_000_000, "messages": [{"role": "user", "content": "hi"}]}).encode()
        answer = raw.post(replica, "chat", body, {"authorization": f"Bearer {self.spender.key}", "x-thinkwatch-dry-run": "1"})
        return answer.status == 200 and any(rule["rule"] == "key:usd/monthly" for rule in json.loads(answer.body)["blocked_by"])

    def standing(self, replica) -> dict | None:
        """How the budget stands, as this replica's console shows it."""
        return replica.console.call("GET", f"/api/admin/limits/key/{self.spender.id}/budgets")["items"][0]["usage"]

    async def middle(self) -> None:
        deadline = time.monotonic() + 60
        while self.crowd.answered() < MIDDLE:
            assert time.monotonic() < deadline, collections.Counter((call.status, call.code) for call in self.crowd.calls)
            await asyncio.sleep(0.005)

    async def until_full(self) -> None:
        """Rounds until one lets nothing in, and nobody is told that limits cannot be counted."""
        for _ in range(12):
            calls = await self.crowd.all_call(share=3)
            if all(call.status == 429 for call in calls):
                return
            # Counters that are away are not asked by a thousand callers until they are back.
            until(60, lambda: all(self.standing(replica) for replica in self.replicas.all if replica.gateway.alive()), "budgets do not answer")
        raise AssertionError(collections.Counter((call.kind, call.status, call.code) for call in calls))


def counts(replica, key: str) -> bool:
    """Whether it can say what is spent; nobody else has anything against the call."""
    answer = ask(replica, key)
    assert answer.status in (200, 503), answer
    return answer.status == 200


def reserved(call) -> int:
    """What a call reserves of a hard budget (docs/LIMITS.md)."""
    return (call.size + 1) // 2 * INPUT + 40 * OUTPUT


async def nothing(case: Case) -> None:
    pass


async def replica_killed(case: Case) -> None:
    victim = case.replicas.all[2]
    await case.middle()
    os.kill(victim.gateway.pid, signal.SIGKILL)
    victim.gateway.child.wait()
    open_calls = [call for call in case.crowd.calls if call.spends and call.port == victim.port]
    spool = (case.replicas.stack.folder / victim.name / "spool" / "id").read_text().strip()
    told = case.replicas.postgres.ask("replicas", f"SELECT coalesce(sum(cost_nano), 0) FROM subject_spent WHERE period_kind = 'monthly' "
                                      f"AND subject_kind = 'key' AND subject_id = '{lineage(case)}' AND replica = '{spool}'")
    case.lost = (open_calls, int(told))


async def redis_emptied(case: Case) -> None:
    await case.middle()
    await asyncio.to_thread(case.replicas.redis.kill)


async def redis_frozen(case: Case) -> None:
    await case.middle()
    case.replicas.redis.pause()


async def after_nothing(case: Case) -> None:
    pass


async def after_replica_killed(case: Case) -> None:
    """The two that are left go on with what there is; then the dead one's lease ends, and then it comes back."""
    await case.crowd.all_call()
    await asyncio.to_thread(until, 60, lambda: float(case.standing(case.first)["reserved"]) == 0, "what the dead one held is still held")
    await case.until_full()
    victim = case.replicas.all[2]
    await asyncio.to_thread(victim.start)
    victim.console.sign_in()


async def after_redis_emptied(case: Case) -> None:
    calls = await case.crowd.all_call(share=4)
    assert {call.status for call in calls} == {503}, "nobody can count"
    await asyncio.to_thread(case.replicas.redis.start)
    # At once: before all of them have told what they have.
    await case.crowd.all_call()


async def after_redis_frozen(case: Case) -> None:
    """For longer than a lease: when it goes on, it takes all replicas for dead."""
    frozen = time.monotonic()
    calls = await case.crowd.all_call(share=4)
    assert {call.status for call in calls} == {503}, "nobody can count"
    await asyncio.sleep(max(0.0, frozen + 1.2 * LEASE_S - time.monotonic()))
    case.replicas.redis.resume()
    await case.crowd.all_call()


# What strikes in the middle of the first round, what happens then, and how often a limit of requests may begin anew.
FAULTS = {
    "none": (nothing, after_nothing, 1),
    "a replica killed": (replica_killed, after_replica_killed, 1),
    "Redis killed, started empty": (redis_emptied, after_redis_emptied, 2),
    "Redis halted for 12 s": (redis_frozen, after_redis_frozen, 1),
}


def lineage(case: Case) -> str:
    return next(key["lineage_id"] for key in case.first.console.call("GET", "/api/keys?limit=1000")["items"] if key["id"] == case.spender.id)


async def run(case: Case, strikes, then) -> None:
    await asyncio.gather(case.crowd.all_call(), strikes(case))
    await then(case)
    await case.until_full()
    await case.crowd.leave()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_budget_and_a_limit_hold(replicas, fault):
    strikes, then, windows = FAULTS[fault]
    for replica in replicas.all:
        if not replica.gateway.alive():
            replica.start()
    case = Case(replicas)
    asyncio.run(run(case, strikes, then))
    calls = case.crowd.calls
    assert len(calls) <= 5 * CALLERS, "all faults together are to take no more than twenty calls of each caller"
    assert {call.status for call in calls} <= {200, 429, 503, None}
    if fault != "a replica killed":
        assert not any(call.error for call in calls), [call for call in calls if call.error][:3]
    if fault == "none":
        assert not any(call.status == 503 for call in calls), collections.Counter(call.code for call in calls)
    books = Books(replicas, case.session, case.model, case.mark, calls)
    books.agree()
    until(30, lambda: nano(case.standing(case.first)["used"]) == books.booked("spend"), "the budget does not show what was spent")
    # What is over, and by how much it may be.
    charged, booked, bound = books.charged("spend"), books.booked("spend"), 0
    if case.lost:
        held, told = case.lost
        bound = sum(books.charged_for(call) if call.status == 200 else reserved(call) for call in held if books.may_have_spent(call)) - told
    over = max(charged, booked) - BUDGET
    let_in = len(books.reached("count"))
    note(fault=fault, calls=len(calls), let_in=len(books.reached("spend")), spent_USD=f"{charged / 1e9:.6f}", over_the_budget=f"{max(over, 0) / 1e9:.6f}",
         stated_bound=f"{bound / 1e9:.6f}", requests_of_100=let_in, **{"503": sum(call.status == 503 for call in calls)},
         no_answer=sum(call.status is None for call in calls), seconds=f"{time.monotonic() - case.began:.1f}")
    assert over <= bound, (over, bound)
    # Nor is money left that a call could have had.
    assert max(charged, booked) + max(map(reserved, calls)) > BUDGET, (charged, booked)
    in_doubt = sum(call.status in (503, None) for call in calls if not call.spends)
    assert REQUESTS - in_doubt <= let_in <= windows * REQUESTS, (let_in, in_doubt)

