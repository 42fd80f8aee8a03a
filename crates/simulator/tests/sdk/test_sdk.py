"""The official SDKs against the simulator itself: if they are not content here, no test through a proxy means anything.

Run: THINKWATCH_SIMULATOR=path/to/thinkwatch-simulator pytest crates/simulator/tests/sdk
"""

import json
import os
import subprocess

import anthropic
import openai
import pytest

WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "unit": {"enum": ["c", "f"]}},
    "required": ["city", "unit"],
}
CLOCK = {"type": "object", "properties": {"zone": {"type": "string"}}, "required": ["zone"]}
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture(scope="session")
def url():
    program = os.environ["THINKWATCH_SIMULATOR"]
    process = subprocess.Popen([program, "--direct"], stdout=subprocess.PIPE, text=True)
    yield process.stdout.readline().split()[-1]
    process.terminate()
    process.wait(10)


@pytest.fixture(autouse=True)
def own_environment(monkeypatch):
    """The SDKs take credentials and addresses from the environment unasked."""
    for name in list(os.environ):
        if name.startswith(("ANTHROPIC_", "OPENAI_")):
            monkeypatch.delenv(name)


@pytest.fixture
def gpt(url, own_environment):
    return openai.OpenAI(base_url=url + "/v1", api_key="sk-sim-openai", max_retries=0)


@pytest.fixture
def claude(url, own_environment):
    return anthropic.Anthropic(base_url=url, api_key="sk-ant-sim", max_retries=0)


def ask(text, **more):
    return {"model": "gpt-sim", "messages": [{"role": "user", "content": text}], **more}


def beg(text, **more):
    return {"model": "claude-sim", "max_tokens": 2000, "messages": [{"role": "user", "content": text}], **more}


def test_chat(gpt):
    answer = gpt.chat.completions.create(**ask("hello"))
    assert "You said: hello" in answer.choices[0].message.content
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    options = {"stream": True, "stream_options": {"include_usage": True}}
    chunks = list(gpt.chat.completions.create(**ask("hello", **options)))
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == answer.choices[0].message.content
    assert chunks[-1].usage.completion_tokens == answer.usage.completion_tokens


def test_chat_parallel_tools(gpt):
    tools = [
        {"type": "function", "function": {"name": "weather", "parameters": WEATHER}},
        {"type": "function", "function": {"name": "clock", "parameters": CLOCK}},
    ]
    messages = [{"role": "user", "content": "both please [[sim: parallel-tools]]"}]
    with gpt.chat.completions.stream(model="gpt-sim", messages=messages, tools=tools) as stream:
        message = stream.get_final_completion().choices[0].message
    assert [call.function.name for call in message.tool_calls] == ["weather", "clock"]
    assert json.loads(message.tool_calls[0].function.arguments)["city"]
    messages.append(message.model_dump(exclude_none=True, exclude={"parsed"}))
    for call in messages[-1]["tool_calls"]:
        call["function"].pop("parsed_arguments", None)
        messages.append({"role": "tool", "tool_call_id": call["id"], "content": "22 degrees"})
    answer = gpt.chat.completions.create(model="gpt-sim", messages=messages, tools=tools)
    assert answer.choices[0].message.content == "The tool answered: 22 degrees"


def test_chat_image_and_json(gpt):
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + PIXEL}}
    content = [{"type": "text", "text": "what?"}, image]
    assert gpt.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": content}]).id
    shape = {"type": "json_schema", "json_schema": {"name": "w", "schema": WEATHER}}
    answer = gpt.chat.completions.create(**ask("json", response_format=shape))
    assert set(json.loads(answer.choices[0].message.content)) == {"city", "unit"}


def test_responses(gpt):
    answer = gpt.responses.create(model="gpt-5", input="hello [[sim: thinking]]")
    assert "You said: hello" in answer.output_text and answer.output[0].type == "reasoning"
    with gpt.responses.stream(model="gpt-5", input="hello [[sim: thinking]]") as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_response()
    assert final.output_text == answer.output_text and kinds[-1] == "response.completed"
    assert final.usage.output_tokens_details.reasoning_tokens > 0


def test_responses_tools(gpt):
    inner = {"type": "function", "name": "clock", "parameters": CLOCK, "strict": False}
    tools = [
        {"type": "function", "name": "weather", "parameters": WEATHER, "strict": False},
        {"type": "namespace", "name": "mcp", "description": "x", "tools": [inner]},
    ]
    question = [{"role": "user", "content": "go [[sim: parallel-tools thinking]]"}]
    answer = gpt.responses.create(model="gpt-5", input=question, tools=tools)
    calls = [item for item in answer.output if item.type == "function_call"]
    assert [call.namespace for call in calls] == [None, "mcp"]
    history = question + [item.model_dump(exclude_none=True) for item in answer.output]
    history += [{"type": "function_call_output", "call_id": call.call_id, "output": "22"} for call in calls]
    assert gpt.responses.create(model="gpt-5", input=history, tools=tools).output_text == "The tool answered: 22"


def test_embeddings_and_models(gpt, claude):
    answer = gpt.embeddings.create(model="text-embedding-3-small", input=["a", "b"])
    assert len(answer.data) == 2 and answer.data[0].embedding != answer.data[1].embedding
    assert "gpt-sim" in [model.id for model in gpt.models.list()]
    assert "claude-sim" in [model.id for model in claude.models.list()]


def test_messages(claude):
    answer = claude.messages.create(**beg("hello", system=[{"type": "text", "text": "be kind"}]))
    assert "You said: hello" in answer.content[0].text and answer.stop_reason == "end_turn"
    with claude.messages.stream(**beg("hello", system=[{"type": "text", "text": "be kind"}])) as stream:
        final = stream.get_final_message()
    assert final.content[0].text == answer.content[0].text
    assert final.usage.output_tokens == answer.usage.output_tokens
    assert final.usage.input_tokens == answer.usage.input_tokens
    counted = claude.messages.count_tokens(model="claude-sim", messages=[{"role": "user", "content": "hello"}])
    assert counted.input_tokens > 0


def test_messages_thinking_and_tools(claude):
    tools = [{"name": "weather", "input_schema": WEATHER}, {"name": "clock", "input_schema": CLOCK}]
    more = {"tools": tools, "thinking": {"type": "enabled", "budget_tokens": 1024}}
    first = beg("go [[sim: parallel-tools thinking redacted]]", **more)
    with claude.messages.stream(**first) as stream:
        answer = stream.get_final_message()
    assert [block.type for block in answer.content] == ["thinking", "redacted_thinking", "tool_use", "tool_use"]
    assert answer.stop_reason == "tool_use"
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}
    results = [
        {"type": "tool_result", "tool_use_id": block.id, "content": [{"type": "text", "text": "22"}, picture]}
        for block in answer.content
        if block.type == "tool_use"
    ]
    blocks = [block.model_dump(exclude_none=True) for block in answer.content]
    history = first["messages"] + [{"role": "assistant", "content": blocks}, {"role": "user", "content": results}]
    second = claude.messages.create(model="claude-sim", max_tokens=2000, messages=history, **more)
    assert second.content[-1].text == "The tool answered: 22"
    blocks[0]["thinking"] += " changed"
    with pytest.raises(anthropic.BadRequestError, match="Invalid `signature`"):
        claude.messages.create(model="claude-sim", max_tokens=2000, messages=history, **more)


OPENAI_ERRORS = [
    (400, openai.BadRequestError),
    (401, openai.AuthenticationError),
    (403, openai.PermissionDeniedError),
    (404, openai.NotFoundError),
    (429, openai.RateLimitError),
    (500, openai.InternalServerError),
]
ANTHROPIC_ERRORS = [
    (400, anthropic.BadRequestError, "invalid_request_error"),
    (401, anthropic.AuthenticationError, "authentication_error"),
    (403, anthropic.PermissionDeniedError, "permission_error"),
    (404, anthropic.NotFoundError, "not_found_error"),
    (429, anthropic.RateLimitError, "rate_limit_error"),
    (500, anthropic.InternalServerError, "api_error"),
    (529, anthropic.InternalServerError, "overloaded_error"),
]


@pytest.mark.parametrize("status,kind", OPENAI_ERRORS)
def test_openai_errors(gpt, status, kind):
    with pytest.raises(kind) as caught:
        gpt.chat.completions.create(**ask(f"[[sim: status={status}]]"))
    assert caught.value.body["message"] == f"simulated error {status}" and caught.value.request_id


@pytest.mark.parametrize("status,kind,name", ANTHROPIC_ERRORS)
def test_anthropic_errors(claude, status, kind, name):
    with pytest.raises(kind) as caught:
        claude.messages.create(**beg(f"[[sim: status={status}]]"))
    assert caught.value.body["error"]["type"] == name and caught.value.request_id


def test_errors_within_streams(gpt, claude):
    with pytest.raises(openai.APIError):
        list(gpt.chat.completions.create(**ask("[[sim: error-event-after=2]]", stream=True)))
    with pytest.raises(anthropic.APIStatusError):
        list(claude.messages.create(**beg("[[sim: error-event-after=4]]", stream=True)))
    with gpt.responses.stream(model="gpt-5", input="[[sim: error-event-after=4]]") as stream:
        assert [event.type for event in stream][-1] == "response.failed"
    with pytest.raises(openai.APIConnectionError):
        list(gpt.chat.completions.create(**ask("[[sim: cut-after=3]]", stream=True)))
