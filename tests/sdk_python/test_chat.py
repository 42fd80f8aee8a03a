"""The OpenAI SDK on Chat Completions."""

import json

import pytest
from prompts import IMAGE, NAMES, SCHEMA

from harness.calls import openai_tokens

TOOLS = [{"type": "function", "function": {"name": name, "description": name, "parameters": SCHEMA}} for name in NAMES]
# By prefix, by an explicit model with another upstream name, and one whose name is much longer than what replaces it.
MODELS = ["gpt-4o-mini", "house-mini", "a-rather-long-name-for-a-model/with.dots:and-colons"]


def user(text: str) -> list[dict]:
    return [{"role": "user", "content": text}]


@pytest.mark.parametrize("model", MODELS)
def test_an_answer(chatgpt, calls, stack, model):
    answer = chatgpt.chat.completions.create(
        model=stack.model(model), messages=[{"role": "system", "content": "Be brief."}, *user("Hello there [[sim: cached=7 reasoning=3]]")]
    )
    assert "Hello there" in answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop"
    calls.reached()
    calls.record(model=model, dialect="chat", stream=False, reasoning_tokens=3, **openai_tokens(answer.usage))


@pytest.mark.parametrize("model", MODELS)
def test_a_stream_without_usage_shows_none_but_is_counted(chatgpt, calls, stack, model):
    stream = chatgpt.chat.completions.create(model=stack.model(model), messages=user("count [[sim: tokens=30]]"), stream=True)
    chunks = list(stream)
    text = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    assert text == "word" + "".join(f" word{n}" for n in range(1, 30))
    assert all(chunk.usage is None for chunk in chunks)
    assert all(chunk.choices for chunk in chunks), "a chunk without choices is for those who asked for usage"
    calls.reached()
    calls.record(model=model, stream=True, output_tokens=30, usage_estimated=False)


def test_a_stream_with_usage(chatgpt, calls, stack):
    stream = chatgpt.chat.completions.create(
        model=stack.model("house-mini"), messages=user("[[sim: tokens=5 cached=11]]"), stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    assert chunks[-1].choices == [] and chunks[-1].usage.completion_tokens == 5
    calls.reached()
    calls.record(stream=True, **openai_tokens(chunks[-1].usage))


def test_a_stream_without_any_usage_is_estimated(chatgpt, calls, stack):
    stream = chatgpt.chat.completions.create(model=stack.model("house-mini"), messages=user("[[sim: tokens=40 no-usage]]"), stream=True)
    assert sum(1 for _ in stream) >= 40
    row = calls.record(stream=True, usage_estimated=True)
    assert row is None or row["output_tokens"] > 0 and row["input_tokens"] > 0


@pytest.mark.parametrize("stream", [False, True])
def test_parallel_tools_and_their_results(chatgpt, calls, stack, stream):
    messages = user("What is it like there? [[sim: parallel-tools]]")
    model = stack.model("house-mini")
    if stream:
        with chatgpt.chat.completions.stream(model=model, messages=messages, tools=TOOLS) as events:
            message = events.get_final_completion().choices[0].message
    else:
        message = chatgpt.chat.completions.create(model=model, messages=messages, tools=TOOLS).choices[0].message
    assert [call.function.name for call in message.tool_calls] == list(NAMES)
    assert len({call.id for call in message.tool_calls}) == 2
    assert all(set(json.loads(call.function.arguments)) == {"city"} for call in message.tool_calls)

    messages.append({"role": "assistant", "content": None, "tool_calls": [call.to_dict() for call in message.tool_calls]})
    messages += [{"role": "tool", "tool_call_id": call.id, "content": f"sunny {n}"} for n, call in enumerate(message.tool_calls)]
    final = chatgpt.chat.completions.create(model=model, messages=messages, tools=TOOLS).choices[0]
    assert final.message.content == "The tool answered: sunny 1" and final.finish_reason == "stop"
    calls.reached(2)
    calls.records(2, outcome="ok")


def test_images(chatgpt, calls, stack):
    parts = [{"type": "text", "text": "what is this?"}, {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{IMAGE}"}}]
    answer = chatgpt.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": parts}])
    assert answer.choices[0].message.content
    assert IMAGE.encode() in calls.reached()[0].sent
    calls.record(**openai_tokens(answer.usage))


def test_structured_output(chatgpt, calls, stack):
    answer = chatgpt.chat.completions.create(
        model="gpt-4o",
        messages=user("give me one"),
        response_format={"type": "json_schema", "json_schema": {"name": "place", "schema": SCHEMA, "strict": True}},
    )
    assert set(json.loads(answer.choices[0].message.content)) == {"city"}
    calls.record()


@pytest.mark.parametrize("how", ["utf8", "crlf tokens=20", "split=1 utf8", "split=3 tokens=20", "no-done tokens=20", "utf8 crlf split=2"])
def test_streams_in_odd_pieces(chatgpt, calls, stack, how):
    chunks = list(chatgpt.chat.completions.create(model="gpt-4o", messages=user(f"[[sim: {how}]]"), stream=True))
    text = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    expected = "Grüße 世界 🌍🚀 Привет naïve 日本語 Ελλάδα" if "utf8" in how else "word" + "".join(f" word{n}" for n in range(1, 20))
    assert text == expected
    calls.record(stream=True)


def test_length_and_big_answers(chatgpt, calls, stack):
    answer = chatgpt.chat.completions.create(model="gpt-4o", messages=user("[[sim: tokens=50]]"), max_tokens=10)
    assert answer.choices[0].finish_reason == "length"
    big = chatgpt.chat.completions.create(model="gpt-4o", messages=user("[[sim: big-answer=3000000]]"))
    assert len(big.choices[0].message.content) == 3_000_000
    calls.records(2, outcome="ok")


def test_embeddings(chatgpt, calls, stack):
    answer = chatgpt.embeddings.create(model=stack.model("house-embed"), input=["one", "two"])
    assert [item.index for item in answer.data] == [0, 1]
    assert all(isinstance(x, float) for x in answer.data[0].embedding) and len(answer.data[0].embedding) >= 8
    plain = chatgpt.embeddings.create(model=stack.model("house-embed"), input="one", encoding_format="float")
    assert plain.data[0].embedding == pytest.approx(answer.data[0].embedding, rel=1e-4)
    calls.reached(2)
    calls.records(2, dialect="embeddings", outcome="ok")


def test_models(chatgpt, calls, stack):
    listed = {model.id for model in chatgpt.models.list()}
    assert stack.model("house-mini") in listed
    if not stack.direct:
        assert chatgpt.models.retrieve("house-mini").id == "house-mini"
