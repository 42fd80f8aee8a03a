"""The Anthropic SDK on Messages."""

import pytest
from prompts import IMAGE, NAMES, SCHEMA

from harness.calls import anthropic_tokens

TOOLS = [{"name": name, "description": name, "input_schema": SCHEMA} for name in NAMES]
MODELS = ["claude-haiku-4-5", "house-claude"]


def user(text: str) -> list[dict]:
    return [{"role": "user", "content": text}]


@pytest.mark.parametrize("model", MODELS)
def test_an_answer(claude, calls, stack, model):
    answer = claude.messages.create(
        model=stack.model(model),
        max_tokens=100,
        system=[{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
        messages=user("Hello there [[sim: cached=13 cache-write=17]]"),
    )
    assert "Hello there" in answer.content[0].text and answer.stop_reason == "end_turn"
    calls.reached()
    calls.record(model=model, dialect="messages", stream=False, cache_write_5m_tokens=17, **anthropic_tokens(answer.usage))


@pytest.mark.parametrize("model", MODELS)
def test_a_stream(claude, calls, stack, model):
    with claude.messages.stream(model=stack.model(model), max_tokens=100, messages=user("[[sim: tokens=30 cached=9]]")) as stream:
        pieces = list(stream.text_stream)
        final = stream.get_final_message()
    assert len(pieces) == 30 and "".join(pieces).endswith("word29")
    calls.reached()
    calls.record(model=model, stream=True, **anthropic_tokens(final.usage))


@pytest.mark.parametrize("stream", [False, True])
def test_parallel_tools_and_their_results(claude, calls, stack, stream):
    messages = user("What is it like there? [[sim: parallel-tools]]")
    arguments = {"model": stack.model("house-claude"), "max_tokens": 200, "tools": TOOLS}
    if stream:
        with claude.messages.stream(messages=messages, **arguments) as events:
            answer = events.get_final_message()
    else:
        answer = claude.messages.create(messages=messages, **arguments)
    assert answer.stop_reason == "tool_use"
    asked = [block for block in answer.content if block.type == "tool_use"]
    assert [block.name for block in asked] == list(NAMES) and all(set(block.input) == {"city"} for block in asked)
    results = [
        {"type": "tool_result", "tool_use_id": asked[0].id, "content": "sunny"},
        {
            "type": "tool_result",
            "tool_use_id": asked[1].id,
            "content": [
                {"type": "text", "text": "it rains"},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": IMAGE}},
            ],
        },
    ]
    messages += [{"role": "assistant", "content": answer.content}, {"role": "user", "content": results}]
    final = claude.messages.create(messages=messages, **arguments)
    assert "it rains" in final.content[0].text and final.stop_reason == "end_turn"
    calls.reached(2)
    calls.records(2, outcome="ok")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("how", ["thinking", "thinking redacted"])
def test_thinking_comes_back_with_its_signature(claude, calls, stack, stream, how):
    arguments = {"model": "claude-opus-4-5", "max_tokens": 2000, "thinking": {"type": "enabled", "budget_tokens": 1024}}
    messages = user(f"Think about it [[sim: {how}]]")
    if stream:
        with claude.messages.stream(messages=messages, **arguments) as events:
            answer = events.get_final_message()
    else:
        answer = claude.messages.create(messages=messages, **arguments)
    kinds = [block.type for block in answer.content]
    assert kinds[0] in ("thinking", "redacted_thinking") and kinds[-1] == "text"
    if "thinking" in kinds:
        assert next(block.signature for block in answer.content if block.type == "thinking")
    messages += [{"role": "assistant", "content": answer.content}, *user("Go on.")]
    # The simulator refuses a seal that it did not give, or one over another text.
    assert claude.messages.create(messages=messages, **arguments).stop_reason == "end_turn"
    calls.reached(2)
    calls.records(2, outcome="ok")


def test_images(claude, calls, stack):
    blocks = [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": IMAGE}}, {"type": "text", "text": "what is this?"}]
    answer = claude.messages.create(model="claude-haiku-4-5", max_tokens=50, messages=[{"role": "user", "content": blocks}])
    assert answer.content[0].text
    assert IMAGE.encode() in calls.reached()[0].sent
    calls.record(**anthropic_tokens(answer.usage))


def test_beta_headers_pass(claude, calls, stack):
    beta = "interleaved-thinking-2025-05-14,never-heard-of-2031-01-01"
    claude.messages.create(model="claude-haiku-4-5", max_tokens=20, messages=user("hi"), extra_headers={"anthropic-beta": beta})
    reached = calls.reached()[0]
    assert reached.header("anthropic-beta") == beta and reached.header("anthropic-version") == claude.default_headers["anthropic-version"]
    calls.record()


def test_count_tokens(claude, calls, stack):
    for model in MODELS:
        counted = claude.messages.count_tokens(model=stack.model(model), system="Be brief.", messages=user("How many?"), tools=TOOLS)
        assert counted.input_tokens > 10
    calls.reached(2)
    calls.records(2, dialect="messages", outcome="ok", output_tokens=0)


def test_models(claude, calls, stack):
    listed = {model.id for model in claude.models.list(limit=1000)}
    assert stack.model("house-claude") in listed


@pytest.mark.parametrize("how", ["utf8", "crlf tokens=20", "split=1 utf8", "split=7 tokens=20", "utf8 crlf split=2"])
def test_streams_in_odd_pieces(claude, calls, stack, how):
    with claude.messages.stream(model="claude-haiku-4-5", max_tokens=100, messages=user(f"[[sim: {how}]]")) as stream:
        text = "".join(stream.text_stream)
    expected = "Grüße 世界 🌍🚀 Привет naïve 日本語 Ελλάδα" if "utf8" in how else "word" + "".join(f" word{n}" for n in range(1, 20))
    assert text == expected
    calls.record(stream=True)
