"""Three replicas on one PostgreSQL and one Redis: what is changed on one holds on all, and each shows what all have done."""

import contextlib
import json
import os
import pathlib
import signal
import time
import urllib.request
import uuid

import pytest
from callers import Load
from seen import ask, counted, new_model, rows, until

from harness import raw
from harness.replicas import Replicas


@pytest.fixture(scope="module")
def replicas():
    replicas = Replicas(3)
    yield replicas
    replicas.stop()


def test_a_key_is_good_everywhere_and_revoked_everywhere(replicas):
    first, *others = replicas.all
    made = first.console.call("POST", "/api/keys", {"name": f"k-{uuid.uuid4()}"})
    for replica in replicas.all:
        until(10, lambda: ask(replica, made["key"]).status == 200, f"{replica.name} does not know the key")
    first.console.call("POST", f"/api/keys/{made['id']}/revoke", {"reason": "test"})
    revoked = time.monotonic()
    for replica in reversed(replicas.all):
        until(10, lambda: ask(replica, made["key"]).status == 401, f"{replica.name} still takes the key")
    print(f"refused by all after {time.monotonic() - revoked:.3f} s")


def test_a_model_made_on_one_is_served_by_all_and_a_session_ended_on_one_is_over(replicas):
    third = replicas.all[2]
    model = new_model(replicas)
    for replica in replicas.all:
        assert ask(replica, replica.openai_key, model=model).status == 200
    # A console token is good at every replica, until its session is ended at one.
    token = third.console.token
    third.console.sign_in()
    ended, third.console.token = third.console.token, third.console.token
    for replica in replicas.all:
        replica.console.token, kept = ended, replica.console.token
        replica.console.call("GET", "/api/auth/me")
        replica.console.token = kept
    third.console.call("POST", "/api/auth/logout")
    third.console.token = token

    def refused(replica) -> bool:
        replica.console.token, kept = ended, replica.console.token
        try:
            replica.console.call("GET", "/api/auth/me", expect=401)
            return True
        except AssertionError:
            return False
        finally:
            replica.console.token = kept

    for replica in replicas.all:
        until(10, lambda: refused(replica), f"{replica.name} takes a token whose session is over")


def test_every_console_shows_every_row_and_the_same_sums(replicas):
    session, model = f"t-{uuid.uuid4()}", new_model(replicas)
    for replica in replicas.all:
        for _ in range(4):
            assert ask(replica, replica.openai_key, session, model).status == 200
    seen = [rows(replica, session, 12) for replica in replicas.all]
    assert seen[0] == seen[1] == seen[2]
    for replica in replicas.all:
        for row in seen[0]:
            assert replica.console.call("GET", f"/api/gateway/logs/{row['id']}")["id"] == row["id"]
        until(30, lambda: counted(replica, model) == 12, "the ledger does not match")


def test_a_response_made_on_one_is_gone_on_from_and_deleted_on_others(replicas):
    first, second, third = replicas.all
    made = responses(first, input="hi")
    # At once, as agents do: the first replica may not even have written it.
    after = responses(second, input="and then", previous_response_id=made["id"])
    again = responses(third, input="and then", previous_response_id=after["id"])
    # Each of them has it in memory now.
    for replica in replicas.all:
        responses(replica, input="more", previous_response_id=again["id"])
    deleted = urllib.request.Request(f"{second.url}/v1/responses/{again['id']}", method="DELETE")
    deleted.add_header("authorization", f"Bearer {second.openai_key}")
    urllib.request.urlopen(deleted, timeout=30).close()
    for replica in replicas.all:
        responses(replica, status=404, input="more", previous_response_id=again["id"])
        responses(replica, input="more", previous_response_id=after["id"])


def responses(replica, status: int = 200, **body) -> dict:
    answer = raw.post(replica, "responses", json.dumps({"model": "house-claude", "store": True} | body).encode())
    assert answer.status == status, (replica.name, answer)
    return json.loads(answer.body)


@pytest.mark.parametrize("how", ["stopped", "frozen"])
def test_calls_go_on_while_postgresql_is_away_and_each_is_recorded_once(replicas, how):
    session = f"t-{uuid.uuid4()}"
    model = new_model(replicas)
    with Load([replica.port for replica in replicas.all], replicas.all[0].openai_key, session, model, callers=6) as load:
        until(60, lambda: load.done() >= 20, "no calls")
        with away(replicas.postgres, how):
            before = load.done()
            until(120, lambda: load.done() >= before + 60, "calls do not go on without PostgreSQL")
        before = load.done()
        until(120, lambda: load.done() >= before + 20, "calls do not go on afterwards")
        calls = load.finish()
    assert all(call.whole for call in calls), [call for call in calls if not call.whole][:3]
    for replica in replicas.all:
        found = rows(replica, session, len(calls), seconds=120)
        assert all(row["outcome"] == "ok" for row in found)
    until(60, lambda: counted(replicas.all[1], model) == len(calls), "the ledger does not match")


@contextlib.contextmanager
def away(server, how: str):
    """PostgreSQL shut down, or all of its processes halted: connections stay, and nothing answers."""
    if how == "stopped":
        server.stop()
        yield
        server.start()
        return
    halted = [server.child.pid, *children(server.child.pid)]
    for pid in halted:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in halted:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def children(pid: int) -> list[int]:
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
