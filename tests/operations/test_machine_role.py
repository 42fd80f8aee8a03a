"""Bedrock without keys of its own: calls are signed with the role of the machine, whose credentials are fetched once, renewed before
they end, and of which nothing is seen anywhere."""

import json

import pytest
from lab import ask, model, typed, within

from harness.calls import Calls
from harness.simulator import Simulator
from harness.stack import Stack

MODEL = "anthropic.claude-sonnet-4-5-20250929-v1:0"
ROLES = "/latest/meta-data/iam/security-credentials/"
SECRETS = ("issued-secret-of", "issued-token-of", "container-sim-token")


def provider(stack: Stack) -> str:
    """A provider that has nothing to sign with, and a model of it."""
    made = stack.console.call("POST", "/api/admin/providers", {
        "name": "aws", "provider_type": "bedrock", "allow_private_network": True,
        "config": {"region": "us-east-1", "endpoint": stack.simulator.url},
    }, expect=201)
    model(stack, "on-aws", {"provider": "aws", "upstream_model": MODEL})
    return made["id"]


def fetched(simulator: Simulator) -> list:
    """The credentials that were given out."""
    return [e for e in simulator.journal() if e.target.startswith(ROLES) and e.target != ROLES]


def calls_of(simulator: Simulator) -> list:
    return [e for e in simulator.journal() if e.target.startswith("/model/")]


@pytest.fixture
def machine(request):
    """A gateway on a machine whose metadata service is the simulator."""
    seconds = getattr(request, "param", 21_600)
    stack = Stack(simulator={"instance_credentials_seconds": seconds}, environment={"AWS_EC2_METADATA_SERVICE_ENDPOINT": "<simulator>"})
    yield stack
    stack.stop()


def test_calls_are_signed_with_the_machines_role(machine):
    identifier = provider(machine)
    calls = Calls(machine)
    for stream in (False, True):
        assert ask(machine, calls, "chat", "on-aws", stream=stream).status == 200
    rows = calls.records(2, outcome="ok")
    assert {row["provider"] for row in rows} == {"aws"}
    assert len(fetched(machine.simulator)) == 1, "fetched once"
    assert all("ASIASIM0001" in e.header("authorization") for e in calls_of(machine.simulator))

    # The test of the connection says whose credentials they are.
    told = machine.console.call("POST", f"/api/admin/providers/{identifier}/test")
    assert told["ok"] and told["credential_source"] == "EC2 instance role sim-role", told
    shown = machine.console.call("GET", f"/api/admin/providers/{identifier}")
    assert shown["api_key"] is None and shown["config"]["access_key_id"] is None
    seen = json.dumps([shown, told, rows]) + machine.gateway.tail()
    assert not any(secret in seen for secret in SECRETS)


@pytest.mark.parametrize("machine", [20], indirect=True)
def test_credentials_are_renewed_before_they_end(machine):
    provider(machine)
    calls = Calls(machine)
    assert ask(machine, calls, "chat", "on-aws").status == 200
    # Renewed without a call that waits for it; what was given out first has ended by the time the third is there.
    within(60, lambda: len(fetched(machine.simulator)) >= 3, "not renewed")
    assert ask(machine, calls, "chat", "on-aws").status == 200
    first, last = calls_of(machine.simulator)
    assert first.header("authorization") != last.header("authorization") and last.refused is None


def test_a_failure_is_told_and_the_next_route_is_tried(machine):
    identifier = provider(machine)
    model(machine, "aws-then-house", {"provider": "aws", "upstream_model": MODEL, "priority": 1},
          {"provider": "house", "upstream_model": "gpt-sim", "priority": 2})
    machine.simulator.inject("status=503", 100, "metadata")
    calls = Calls(machine)
    answer = ask(machine, calls, "chat", "on-aws")
    assert answer.status == 502 and "no credential" in typed("chat", answer), answer.body
    calls.record(outcome="upstream_error", status=502, error_class="no_credential")
    asked = len([e for e in machine.simulator.journal() if e.target.startswith("/latest/")])
    assert ask(machine, Calls(machine), "chat", "aws-then-house").status == 200
    told = machine.console.call("POST", f"/api/admin/providers/{identifier}/test")
    assert told["error_class"] == "no_credential" and "answered 503" in told["message"], told
    assert len([e for e in machine.simulator.journal() if e.target.startswith("/latest/")]) == asked, "it rests for a while"
    # Nothing is held back longer than the rest: as soon as the service is well again, so are calls.
    machine.simulator.inject("status=503", 0, "metadata")
    within(30, lambda: ask(machine, Calls(machine), "chat", "on-aws").status == 200, "never again")


def test_a_container_has_its_own_agent():
    stack = Stack(environment={
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "<simulator>/v2/credentials/task", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "container-sim-token",
    })
    try:
        identifier = provider(stack)
        assert ask(stack, Calls(stack), "chat", "on-aws").status == 200
        told = stack.console.call("POST", f"/api/admin/providers/{identifier}/test")
        assert told["ok"] and told["credential_source"].startswith("container credentials of 127.0.0.1"), told
    finally:
        stack.stop()


def test_what_the_environment_says_opens_nothing_for_providers(machine):
    for url in ("http://169.254.169.254", "http://169.254.170.2/v2/x"):
        body = {"name": "x", "provider_type": "custom", "base_url": url, "allow_private_network": True}
        refused = machine.console.call("POST", "/api/admin/providers", body, expect=400)
        assert refused["error"]["code"] == "forbidden_address", refused
