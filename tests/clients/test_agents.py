"""Claude Code and Codex do a piece of work through the gateway: tools are called, a file is made and edited, usage adds up."""

import json

import pytest
from agents import ClaudeCode, Codex, call, script


@pytest.fixture
def claude_code(tmp_path):
    return ClaudeCode(tmp_path)


@pytest.fixture
def codex(tmp_path):
    return Codex(tmp_path)


def edit_a_file(claude_code, stack, calls, credential: str, requests: int = 4, **fault) -> dict:
    path = str(claude_code.work / "a.txt")
    prompt = script(
        call("Write", file_path=path, content="one two"),
        call("Edit", file_path=path, old_string="two", new_string="three"),
        call("Bash", command="cat a.txt", description="look at it"),
        "say=All is done.",
    )
    if fault:
        stack.simulator.inject(**fault)
    answer = json.loads(claude_code.ask(stack, calls, prompt, credential))
    assert answer["result"] == "All is done." and not answer["is_error"], answer
    assert (claude_code.work / "a.txt").read_text() == "one three"
    reached = calls.reached(requests)
    assert all(exchange.target == "/v1/messages?beta=true" for exchange in reached)
    assert b"one three" in reached[-1].sent, "the result of the last tool did not reach the model"
    return answer


@pytest.mark.parametrize(
    "credential", ["ANTHROPIC_API_KEY", pytest.param("ANTHROPIC_AUTH_TOKEN", marks=pytest.mark.gateway)]
)
def test_claude_code_edits_a_file(claude_code, stack, calls, credential):
    answer = edit_a_file(claude_code, stack, calls, credential)
    rows = calls.records(4, outcome="ok", stream=True, dialect="messages", model="claude-haiku-4-5", client="claude-code", usage_estimated=False)
    if not stack.direct:
        assert sum(row["input_tokens"] for row in rows) == answer["usage"]["input_tokens"]
        assert sum(row["output_tokens"] for row in rows) == answer["usage"]["output_tokens"]


@pytest.mark.gateway
def test_the_session_of_claude_code_is_recorded(claude_code, stack, calls):
    calls.headers = {}
    answer = json.loads(claude_code.ask(stack, calls, script("say=Hello.")))
    calls.reached(1)
    calls.session = answer["session_id"]
    calls.record(client="claude-code", model="claude-haiku-4-5")


@pytest.mark.gateway
def test_the_session_of_codex_is_recorded(codex, stack, calls):
    calls.headers = {}
    events = codex.ask(stack, calls, script("say=Hello."))
    calls.reached(1)
    calls.session = next(event for event in events if event["type"] == "thread.started")["thread_id"]
    calls.record(client="codex", model="gpt-5-codex")


def test_claude_code_gets_over_an_overloaded_provider(claude_code, stack, calls):
    edit_a_file(claude_code, stack, calls, "ANTHROPIC_API_KEY", requests=5, kind="status=529", model="claude-haiku-4-5")
    rows = calls.records(5)
    if not stack.direct:
        assert sorted(row["outcome"] for row in rows) == ["ok"] * 4 + ["upstream_error"]


def test_claude_code_shows_its_context(claude_code, stack, calls):
    shown = claude_code.ask(stack, calls, "/context", output="text")
    assert "Context Usage" in shown and "System prompt" in shown
    reached = stack.simulator.journal(calls.mark)
    counted = [exchange for exchange in reached if exchange.target.startswith("/v1/messages/count_tokens")]
    assert len(counted) >= 10 and all(exchange.status == 200 for exchange in counted)
    calls.records(len(reached), outcome="ok", dialect="messages")


def test_codex_runs_a_command(codex, stack, calls):
    prompt = script(call("exec_command", cmd="printf %s written > b.txt; cat b.txt"), "say=All is done.")
    events = codex.ask(stack, calls, prompt)
    items = [event["item"] for event in events if event["type"] == "item.completed"]
    assert [item["text"] for item in items if item["type"] == "agent_message"] == ["All is done."]
    assert (codex.work / "b.txt").read_text() == "written"
    usage = next(event["usage"] for event in events if event["type"] == "turn.completed")
    reached = calls.reached(2)
    assert all(exchange.target == "/v1/responses" for exchange in reached) and b"written" in reached[1].sent
    rows = calls.records(2, outcome="ok", stream=True, dialect="responses", model="gpt-5-codex", client="codex", usage_estimated=False)
    if not stack.direct:
        assert sum(row["input_tokens"] + row["cache_read_tokens"] for row in rows) == usage["input_tokens"]
        assert sum(row["output_tokens"] for row in rows) == usage["output_tokens"]


def test_codex_gets_over_a_cut_stream(codex, stack, calls):
    stack.simulator.inject("cut-after=4", model="gpt-5-codex")
    events = codex.ask(stack, calls, script("say=Here I am."))
    items = [event["item"] for event in events if event["type"] == "item.completed"]
    assert "Here I am." in [item.get("text") for item in items]
    rows = calls.records(2)
    if not stack.direct:
        assert sorted(row["outcome"] for row in rows) == ["ok", "upstream_error"]
