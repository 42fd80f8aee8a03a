"""The OpenAI SDK on Responses."""

import json

import pytest
from prompts import IMAGE, NAMES, SCHEMA

from harness.calls import openai_tokens

TOOLS = [{"type": "function", "name": name, "description": name, "parameters": SCHEMA, "strict": True} for name in NAMES]


@pytest.mark.parametrize("model", ["gpt-5", "house-mini"])
def test_an_answer(chatgpt, calls, stack, model):
    answer = chatgpt.responses.create(model=stack.model(model), input="Hello [[sim: cached=5 reasoning=9]]", instructions="Be brief.", store=False)
    assert answer.status == "completed" and "Hello" in answer.output_text
    calls.reached()
    calls.record(model=model, dialect="responses", reasoning_tokens=9, **openai_tokens(answer.usage))


@pytest.mark.parametrize("model", ["gpt-5", "house-mini"])
def test_a_stream(chatgpt, calls, stack, model):
    events = list(chatgpt.responses.create(model=stack.model(model), input="[[sim: tokens=25]]", stream=True, store=False))
    assert events[0].type == "response.created" and events[-1].type == "response.completed"
    assert [event.sequence_number for event in events] == sorted(event.sequence_number for event in events)
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert text == events[-1].response.output_text and text.endswith("word24")
    calls.reached()
    calls.record(stream=True, **openai_tokens(events[-1].response.usage))


@pytest.mark.parametrize("stream", [False, True])
def test_parallel_tools_and_their_results(chatgpt, calls, stack, stream):
    question = {"role": "user", "content": "How is it? [[sim: parallel-tools]]"}
    arguments = {"model": "gpt-5", "tools": TOOLS, "store": False, "parallel_tool_calls": True}
    if stream:
        with chatgpt.responses.stream(input=[question], **arguments) as events:
            answer = events.get_final_response()
    else:
        answer = chatgpt.responses.create(input=[question], **arguments)
    asked = [item for item in answer.output if item.type == "function_call"]
    assert [call.name for call in asked] == list(NAMES)
    assert all(set(json.loads(call.arguments)) == {"city"} for call in asked)
    results = [{"type": "function_call_output", "call_id": call.call_id, "output": f"rain {n}"} for n, call in enumerate(asked)]
    history = [question, *(item.to_dict(mode="json", exclude_unset=True) for item in answer.output), *results]
    for item in history:
        item.pop("parsed_arguments", None)
    final = chatgpt.responses.create(input=history, **arguments)
    assert final.output_text == "The tool answered: rain 1"
    calls.reached(2)
    calls.records(2, outcome="ok")


def test_sealed_reasoning_comes_back(chatgpt, calls, stack):
    arguments = {"model": "gpt-5", "store": False, "include": ["reasoning.encrypted_content"], "reasoning": {"effort": "low", "summary": "auto"}}
    first = chatgpt.responses.create(input="Think. [[sim: thinking]]", **arguments)
    sealed = [item for item in first.output if item.type == "reasoning"]
    assert sealed and sealed[0].encrypted_content
    history = [{"role": "user", "content": "Think."}, *(item.to_dict(exclude_unset=True) for item in first.output), {"role": "user", "content": "And?"}]
    assert chatgpt.responses.create(input=history, **arguments).status == "completed"
    reached = calls.reached(2)
    assert sealed[0].encrypted_content.encode() in reached[1].sent
    calls.records(2, outcome="ok")


def test_images(chatgpt, calls, stack):
    parts = [{"type": "input_text", "text": "what is this?"}, {"type": "input_image", "image_url": f"data:image/png;base64,{IMAGE}", "detail": "auto"}]
    answer = chatgpt.responses.create(model="gpt-5", input=[{"role": "user", "content": parts}], store=False)
    assert answer.output_text
    assert IMAGE.encode() in calls.reached()[0].sent
    calls.record(**openai_tokens(answer.usage))
