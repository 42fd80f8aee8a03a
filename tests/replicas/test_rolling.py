"""Starting and restarting: three at once on an empty database; one after the other behind nginx, under streams, as docs/REPLICAS.md says."""

import time
import uuid

import pytest
from callers import Load
from seen import counted, new_model, rows, until

from harness.console import ADMIN
from harness.nginx import Nginx
from harness.processes import free_port
from harness.replicas import Replica, Replicas


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


def signed_in(replica):
    try:
        return replica.console.call("GET", "/api/admin/prices")
    except AssertionError:
        return None


def test_three_that_start_at_once_on_an_empty_database_agree(replicas):
    """Each finds nothing: one makes the tables, the secrets and the price book, and the others take what it made."""
    url = replicas.postgres.database("fresh")
    fresh = [Replica(replicas.stack, f"fresh-{number}", (free_port(), free_port())) for number in range(3)]
    try:
        for replica in fresh:
            replica.environment["DATABASE_URL"] = url
            replica.launch()
        for replica in fresh:
            replica.wait()
        fresh[1].console.call("POST", "/api/setup/initialize", {"admin": ADMIN, "site_name": "Tests", "api_key": {"name": "first"}}, expect=201)
        prices = []
        for replica in fresh:
            until(10, lambda: not replica.console.call("GET", "/api/setup/status")["needs_setup"], f"{replica.name} wants to be set up")
            replica.console.sign_in()
            # The new administrator may be a moment ahead of this replica's snapshot.
            prices.append(until(10, lambda: signed_in(replica), f"{replica.name} does not know the administrator"))
        assert prices[0] == prices[1] == prices[2]
        names = [(price["provider_type"], price["upstream_model"]) for price in prices[0]["items"]]
        assert names and len(names) == len(set(names)), "the price book was filled twice"
    finally:
        for replica in fresh:
            if replica.gateway:
                replica.gateway.stop()
