"""Claude Code and Codex do a piece of work on providers that do not speak their dialect: tools are called, a file is made and edited."""

import json
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "clients"))

from agents import ClaudeCode, Codex, call, script  # noqa: E402


@pytest.mark.parametrize("provider", ["chat", "responses"])
def test_claude_code(tmp_path, stack, calls, provider):
    claude_code = ClaudeCode(tmp_path)
    path = str(claude_code.work / "a.txt")
    prompt = script(
        call("Write", file_path=path, content="one two"),
        call("Edit", file_path=path, old_string="two", new_string="three"),
        call("Bash", command="cat a.txt", description="look at it"),
        "say=All is done.",
    )
    answer = json.loads(claude_code.ask(stack, calls, prompt, model=f"on-{provider}"))
    assert answer["result"] == "All is done." and not answer["is_error"], answer
    assert (claude_code.work / "a.txt").read_text() == "one three"
    reached = calls.reached(4)
    assert b"one three" in reached[-1].sent, "the result of the last tool did not reach the model"
    # What belongs to Anthropic alone is of no use to others.
    assert b"x-anthropic-billing-header" not in reached[0].sent and b"cache_control" not in reached[0].sent
    # A provider's prompt cache hits what begins with the same bytes: each turn repeats all of the one before.
    for earlier, later in zip(reached, reached[1:]):
        history = json.loads(earlier.sent)
        key = "input" if provider == "responses" else "messages"
        again = json.loads(later.sent)[key]
        changed = [(old, new) for old, new in zip(history[key], again) if old != new]
        assert not changed and len(again) > len(history[key]), [[str(one)[:2000] for one in pair] for pair in changed]
        assert json.loads(later.sent)["tools"] == history["tools"]
    rows = calls.records(4, outcome="ok", stream=True, dialect="messages", model=f"on-{provider}", client="claude-code", usage_estimated=False)
    assert sum(row["input_tokens"] for row in rows) == answer["usage"]["input_tokens"]
    assert sum(row["output_tokens"] for row in rows) == answer["usage"]["output_tokens"]


@pytest.mark.parametrize("provider", ["chat", "messages"])
def test_codex(tmp_path, stack, calls, provider):
    codex = Codex(tmp_path)
    prompt = script(call("exec_command", cmd="printf %s written > b.txt; cat b.txt"), "say=All is done.")
    events = codex.ask(stack, calls, prompt, model=f"on-{provider}")
    items = [event["item"] for event in events if event["type"] == "item.completed"]
    assert "All is done." in [item.get("text") for item in items if item["type"] == "agent_message"], events
    assert (codex.work / "b.txt").read_text() == "written"
    usage = next(event["usage"] for event in events if event["type"] == "turn.completed")
    reached = calls.reached(2)
    assert b"written" in reached[1].sent
    rows = calls.records(2, outcome="ok", stream=True, dialect="responses", model=f"on-{provider}", client="codex", usage_estimated=False)
    assert sum(row["output_tokens"] for row in rows) == usage["output_tokens"]
