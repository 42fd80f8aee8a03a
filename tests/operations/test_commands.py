"""The commands, as an operator types them: beside a running server, and without one."""

import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request

import pytest
from lab import ask, body, within

from harness.calls import Calls
from harness.console import ADMIN
from harness.processes import free_port
from harness.simulator import OPENAI_KEY
from harness.stack import Stack, binaries


@pytest.fixture
def bare():
    """A gateway that nobody has set up."""
    stack = Stack(house=False)
    yield stack
    stack.stop()


def good(done: subprocess.CompletedProcess) -> str:
    assert done.returncode == 0, done
    return done.stdout


def bad(done: subprocess.CompletedProcess, *words: str) -> None:
    text = done.stdout + done.stderr
    assert 0 < done.returncode < 101 and all(word in text for word in words) and "panicked" not in text, done
    assert len(text.splitlines()) <= 2, done


def set_up(stack: Stack) -> str:
    (stack.folder / "provider-key").write_text(OPENAI_KEY + "\n")
    out = good(stack.command(
        "setup", "--email", ADMIN["email"], "--display-name", "Admin", "--password-file", "-", "--site-name", "Here", "--provider", "openai",
        "--provider-url", stack.simulator.url, "--provider-key-file", "provider-key", "--allow-private-network", "--key", "first", given=ADMIN["password"] + "\n",
    ))
    assert OPENAI_KEY not in out and ADMIN["password"] not in out
    return re.search(r"tw-\S+", out)[0]


@pytest.mark.parametrize("running", [True, False])
def test_setup(bare, running):
    if not running:
        assert bare.gateway.stop() == 0
    bare.openai_key = set_up(bare)
    bad(bare.command("setup", "--email", "x@example.org", "--display-name", "X", "--password-file", "-", given="Another-Pass-1"), "set up already")
    if not running:
        bare.start()
    assert ask(bare, Calls(bare), "chat", "gpt-4o-mini").status == 200
    bare.console.sign_in()
    assert bare.console.call("GET", "/api/setup/status") == {"initialized": True, "needs_setup": False}


@pytest.mark.parametrize("running", [True, False])
@pytest.mark.parametrize("kind", ["google", "azure", "bedrock", "bedrock by role"])
def test_setup_knows_every_type(bare, kind, running):
    if not running:
        assert bare.gateway.stop() == 0
    (bare.folder / "key").write_text({"google": "AIza-sim-google", "azure": OPENAI_KEY}.get(kind, "") + "\n")
    (bare.folder / "secret").write_text("sim-secret\n")
    access = ["--provider-access-key-id", "AKIASIM", "--provider-secret-key-file", "secret"] if kind == "bedrock" else []
    more = {
        "google": ["--provider-key-file", "key"], "azure": ["--provider-key-file", "key", "--provider-api-version", "2024-10-21"],
    }.get(kind, ["--provider-region", "us-east-1", *access])
    kind = kind.split()[0]
    out = good(bare.command(
        "setup", "--email", ADMIN["email"], "--display-name", "Admin", "--password-file", "-", "--provider", kind, "--provider-url", bare.simulator.url,
        *more, "--allow-private-network", given=ADMIN["password"],
    ))
    assert "sim" not in out.replace("simulator", ""), out
    if not running:
        bare.start()
    bare.console.sign_in()
    (made,) = bare.console.call("GET", "/api/admin/providers")["items"]
    assert (made["name"], made["provider_type"], made["base_url"]) == (kind, kind, bare.simulator.url)
    if kind != "bedrock" or access:
        told = bare.console.call("POST", f"/api/admin/providers/{made['id']}/test")
        assert told["ok"], told
    else:
        assert made["api_key"] is None and made["config"]["access_key_id"] is None


def test_setup_says_what_is_wrong(bare):
    base = ["setup", "--email", "a@example.org", "--display-name", "A", "--password-file", "-"]
    bad(bare.command(*base, given="short"), "assword")
    bad(bare.command("setup", "--email", "no address", "--display-name", "A", "--password-file", "-", given=ADMIN["password"]), "mail")
    bad(bare.command("setup", "--display-name", "A"), "--email")
    bad(bare.command(*base, "--provider", "gopher", given=ADMIN["password"]), "--provider", "bedrock")
    bad(bare.command(*base, "--provider", "azure", given=ADMIN["password"]), "--provider-url")
    bad(bare.command(*base, "--provider", "bedrock", given=ADMIN["password"]), "--provider-region")
    bad(bare.command(*base, "--provider", "google", "--provider-region", "x", given=ADMIN["password"]), "only for --provider bedrock")
    bad(bare.command(*base, "--provider", "bedrock", "--provider-region", "eu-west-1", "--provider-access-key-id", "AKIA1", given=ADMIN["password"]),
        "--provider-secret-key-file")
    bad(bare.command(*base, "--provider", "openai", "--provider-url", "http://127.0.0.1:1", given=ADMIN["password"]), "private")
    assert bare.console.call("GET", "/api/setup/status")["needs_setup"], "a failed setup left something behind"
    set_up(bare)


@pytest.mark.parametrize("running", [True, False])
def test_usage(bare, running):
    bare.openai_key = bare.anthropic_key = set_up(bare)
    bare.console.sign_in()
    bare.console.call("POST", "/api/admin/models", {
        "model_id": "dear", "routes": [{"provider": "openai", "upstream_model": "gpt-4o"}], "prices": {"input": "1000000", "output": "0", "cache_read": "0"}})
    calls = Calls(bare)
    within(1, lambda: ask(bare, calls, "chat", "dear", "[[sim: tokens=4]]").status == 200)
    row = calls.records(1)[0]
    within(1, lambda: bare.console.call("GET", "/api/analytics/usage")["total"]["requests"] == 1)
    if not running:
        assert bare.gateway.stop() == 0
    table = good(bare.command("usage"))
    assert ADMIN["email"] in table and "dear" in table and "total" in table
    told = json.loads(good(bare.command("usage", "--json", "--by", "model,key,day", "--days", "2")))
    assert told["total"]["calls"] == 1 and told["total"]["input_tokens"] == row["input_tokens"] and told["total"]["output_tokens"] == 4
    assert float(told["total"]["cost_usd"]) == row["input_tokens"] and told["rows"][0]["group"]["model"] == "dear"
    bad(bare.command("usage", "--by", "shoe_size"), "shoe_size")


def test_user(bare):
    set_up(bare)
    bare.console.sign_in()
    bare.console.call("POST", "/api/admin/users", {
        "email": "second@example.org", "display_name": "Second", "password": "Second-Pass-1", "roles": ["viewer"]}, expect=201)
    good(bare.command("user", "promote", "Second@Example.org"))
    good(bare.command("user", "reset-password", "second@example.org", "--password-file", "-", given="Third-Pass-1\n"))
    third = {"email": "second@example.org", "password": "Third-Pass-1"}
    made = bare.console.call("POST", "/api/auth/login", third)
    bare.console.token = made["access_token"]
    assert "super_admin" in json.dumps(within(2, lambda: bare.console.call("GET", "/api/auth/me")))
    bare.console.token = None
    bare.console.call("POST", "/api/auth/login", third | {"password": "Second-Pass-1"}, expect=401)
    bad(bare.command("user", "promote", "nobody@example.org"), "nobody@example.org")
    bad(bare.command("user", "reset-password", "second@example.org", "--password-file", "-", given="weak"), "assword")


def test_health_and_doctor(bare):
    assert "ready" in good(bare.command("health")) and "ready" in good(bare.command("health", "--strict"))
    set_up(bare)
    out = good(bare.command("doctor"))
    assert "in use by a running ThinkWatch" in out and "gateway: listens" in out and "FAIL" not in out
    assert bare.gateway.stop() == 0
    bad(bare.command("health"), str(bare.port))
    out = good(bare.command("doctor"))
    assert "provider openai: answers" in out and "Nothing is wrong" in out
    bare.simulator.process.stop()
    done = bare.command("doctor")
    assert done.returncode == 1 and "FAIL  provider openai" in done.stdout.replace("FAIL   ", "FAIL  ") and "needs mending" in done.stdout, done
    assert OPENAI_KEY not in done.stdout
    done = bare.command("doctor", environment={"REDIS_URL": "redis://x", "GATEWAY_PORT": "x"})
    assert done.returncode == 1 and "REDIS_URL" in done.stdout and "GATEWAY_PORT" in done.stdout


@pytest.mark.parametrize("command", [
    "apply -f x.yaml", "export", "backup create", "secrets rotate", "audit verify", "store copy --to postgres://x",
])
def test_what_is_not_there_yet_is_refused(stack, command):
    bad(stack.command(*command.split()), "not in this version")


def test_what_never_was_is_refused(stack):
    for command in ("serv", "user dance", "usage --colour", "health now"):
        done = stack.command(*command.split())
        assert done.returncode == 2 and command.split()[-1] in done.stderr, done


def test_migrate_openapi_settings_version(bare):
    bad(bare.command("migrate"), "in use")
    assert json.loads(good(bare.command("openapi"))) == bare.console.call("GET", "/api/openapi.json")
    assert "`gateway.timeout.idle_ms`" in good(bare.command("settings"))
    assert re.match(r"thinkwatch \d+\.\d+\.\d+", good(bare.command("--version")))
    assert bare.gateway.stop() == 0
    good(bare.command("migrate"))


def test_demo(stack, tmp_path):
    """What it prints works as it stands; nothing stays behind."""
    ports = {"GATEWAY_PORT": str(free_port()), "CONSOLE_PORT": str(free_port())}
    demo = subprocess.Popen(
        [str(binaries() / "thinkwatch"), "demo"], env=stack.clean | ports | {"TMPDIR": str(tmp_path)}, cwd=tmp_path,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )
    try:
        printed = ""
        deadline = time.monotonic() + 30
        while "Stop with Ctrl-C" not in printed:
            assert time.monotonic() < deadline and demo.poll() is None, printed
            printed += demo.stdout.readline()
        gateway = f"http://localhost:{ports['GATEWAY_PORT']}"
        commands = [block.strip() for block in printed.split("\n\n") if block.strip().startswith("curl")]
        assert len(commands) == 2 and "ANTHROPIC_BASE_URL=" + gateway in printed
        streamed = subprocess.run(["bash", "-c", commands[0]], capture_output=True, text=True, timeout=30)
        assert streamed.stdout.count("data: ") > 3 and "data: [DONE]" in streamed.stdout, streamed
        key = re.search(r"tw-\w+", printed)[0]
        asked = urllib.request.Request(
            gateway + "/v1/messages", body("messages", "claude-haiku-4-5"), {"x-api-key": key, "content-type": "application/json", "anthropic-version": "2023-06-01"})
        assert json.load(urllib.request.urlopen(asked, timeout=10))["type"] == "message"

        def counted() -> bool:
            usage = subprocess.run(["bash", "-c", commands[1]], capture_output=True, text=True, timeout=30)
            return json.loads(usage.stdout)["total"]["requests"] == 2

        within(2, counted)
    finally:
        os.kill(demo.pid, signal.SIGINT)
        assert demo.wait(timeout=20) == 0, demo.stdout.read()
    assert list(tmp_path.iterdir()) == [], "the demo left something behind"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(ports["GATEWAY_PORT"])), timeout=1)
