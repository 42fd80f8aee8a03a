"""Command-line agents do a piece of work on providers that do not speak their dialect: they look at a file and change it."""

import json
import os
import pathlib
import platform
import re
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "clients"))

from agents import Aider, AiderWhole, ClaudeCode, Cline, Codex, CodexInCode, CodexWithPatches, Continue, GeminiCli, OpenCode, aider  # noqa: E402
from speakers import PROVIDERS  # noqa: E402

# With thinking, the provider takes back only its own proofs of it, unchanged, after the agent has had them.
CASES = [
    (ClaudeCode, "chat", "plain"), (ClaudeCode, "responses", "thinking"), (ClaudeCode, "gemini", "thinking"), (ClaudeCode, "bedrock", "thinking"),
    (Codex, "chat", "thinking"), (Codex, "messages", "thinking"), (Codex, "gemini", "thinking"), (CodexWithPatches, "messages", "thinking"),
    (CodexInCode, "messages", "thinking"), (CodexInCode, "gemini", "plain"),
    (GeminiCli, "chat", "thinking"), (GeminiCli, "messages", "thinking"), (GeminiCli, "bedrock", "thinking"), (GeminiCli, "responses", "plain"),
    (OpenCode, "messages", "plain"), (OpenCode, "gemini", "thinking"),
    (Continue, "messages", "plain"), (Continue, "gemini", "thinking"),
]
# Its pins ask for Python 3.10 to 3.12: elsewhere `scripts/prepare` leaves it out and says so.
if "TW_AIDER_ENV" in os.environ and aider().exists():
    CASES += [(Aider, "messages", "thinking"), (Aider, "gemini", "plain"), (AiderWhole, "bedrock", "plain")]
# Not published for other machines.
if platform.machine() == "x86_64":
    CASES += [(Cline, "messages", "thinking"), (Cline, "gemini", "plain")]


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0].__name__}-at-{case[1]}-{case[2]}")
def case(request):
    return request.param


def test_agents(case, tmp_path, stack, calls):
    kind, provider, way = case
    agent = kind(tmp_path)
    model = model_of(agent, provider, stack)
    if way == "thinking":
        agent.before = "[[sim: thinking]] "
    agent.file.write_text("one two\n")
    done = agent.edit(stack, calls, model)
    assert done.says == "All is done."
    assert agent.file.read_text() == "one three\n"

    turns = len(agent.steps(model)) + 1
    # What reached the provider was strictly valid.
    reached = calls.reached(turns + agent.aside)
    conversation = sorted(reached, key=lambda exchange: len(exchange.sent))[agent.aside :]
    for earlier, later in zip(conversation, conversation[1:] if agent.appends else []):
        check_prefix(earlier.sent, later.sent)
    for exchange in reached:
        # What belongs to Anthropic alone is of no use to others.
        assert b"x-anthropic-billing-header" not in exchange.sent and b"cache_control" not in exchange.sent or provider == "messages"

    rows = calls.records(
        turns + agent.aside, outcome="ok", stream=True, dialect=agent.dialect, model=model, client=agent.client, usage_estimated=False
    )
    rows = sorted(rows, key=lambda row: row["input_tokens"])[agent.aside :]
    assert {name: sum(row[name] for row in rows) for name in done.tokens} == done.tokens


def model_of(agent, provider: str, stack) -> str:
    """Codex has other tools with models that it knows: those names are served by the provider, too."""
    if not getattr(agent, "known_as", None):
        return f"on-{provider}"
    routes = [{"provider": f"only-{provider}", "upstream_model": PROVIDERS[provider][2]}]
    known = {model["model_id"]: model["id"] for model in stack.console.call("GET", "/api/admin/models")["items"]}
    if agent.known_as in known:
        stack.console.call("DELETE", f"/api/admin/models/{known[agent.known_as]}", expect=204)
    stack.console.call("POST", "/api/admin/models", {"model_id": agent.known_as, "routes": routes})
    return agent.known_as


def check_prefix(earlier: bytes, later: bytes) -> None:
    """A provider's prompt cache hits what begins with the same bytes: a turn is the one before it, with messages added to the end of
    its messages. Cache marks move with the end of the conversation, and are no part of what is cached."""
    mark = rb',?\{"cachePoint":\{[^{}]*\}\}'
    earlier, later = (re.sub(mark, b"", body) for body in (earlier, later))
    same = len(os.path.commonprefix([earlier, later]))
    rest = earlier[same:]
    told = f"{earlier[max(0, same - 200):same + 300]!r}\n{later[max(0, same - 200):same + 300]!r}"
    assert rest.startswith(b"]") and later[same:].startswith(b",") and later.endswith(rest), told
    assert len(json.loads(later)) == len(json.loads(earlier))
