"""A rolling restart of three replicas behind nginx, under streams, as docs/OPERATIONS.md describes it."""

import time
import uuid

import pytest
from callers import Load
from seen import counted, new_model, rows, until

from harness.nginx import Nginx
from harness.replicas import Replicas


@pytest.fixture(scope="module")
def replicas():
    replicas = Replicas(3)
    yield replicas
    replicas.stop()


@pytest.fixture
def nginx(replicas):
    nginx = Nginx([replica.port for replica in replicas.all])
    yield nginx
    nginx.remove()


def test_no_call_is_dropped_and_no_record_lost(replicas, nginx):
    session, model = f"t-{uuid.uuid4()}", new_model(replicas)
    prompt = "[[sim: tokens=40 delay-ms=40]]"
    with Load([nginx.port], replicas.all[0].openai_key, session, model, callers=9, prompt=prompt) as load:
        until(60, lambda: load.done() >= 9, "no calls")
        for replica in replicas.all:
            nginx.use([other.port for other in replicas.all if other is not replica])
            # What nginx took before that has reached a replica when it has got the head of its answer.
            moment = time.monotonic()
            until(60, lambda: load.waiting_since(moment) == 0, "calls wait for their answer")
            assert replica.gateway.stop() == 0, replica.gateway.tail()
            replica.start()
            nginx.use([other.port for other in replicas.all])
            done = load.done()
            until(60, lambda: load.done() >= done + 9, "calls do not go on")
        calls = load.finish()
    assert all(call.whole for call in calls), [call for call in calls if not call.whole][:3]
    for replica in replicas.all:
        replica.console.sign_in()
        found = rows(replica, session, len(calls), seconds=120)
        assert {row["outcome"] for row in found} == {"ok"}
    until(60, lambda: counted(replicas.all[2], model) == len(calls), "the ledger does not match")
    print(f"{len(calls)} calls over three restarts")
