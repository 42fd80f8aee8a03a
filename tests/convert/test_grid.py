"""Any client on any provider, by the official SDKs, against simulated providers that refuse what their API would."""

import contextlib
import http.client
import json
import time

import anthropic
import openai
import pytest
from google.genai import errors as google
from prompts import IMAGE, NAMES, SCHEMA
from speakers import PROVIDERS, SPEAKERS, Ask

BROKEN = (openai.APIError, anthropic.APIError, google.APIError, RuntimeError)
REFUSED = (openai.BadRequestError, anthropic.BadRequestError, google.ClientError)
# What an answer may hold that another dialect has no word for.
OF_ANSWERS = {"system_fingerprint", "service_tier", "usage.service_tier"}
TOOLS = [(name, SCHEMA) for name in NAMES]


def test_text(speaker, model, stream, calls):
    reply = speaker.say(Ask(model, [("user", "Hello there [[sim: cached=13]]")], system="Be brief.", stream=stream))
    assert "Hello there" in reply.text and reply.stop == "end" and not reply.calls
    assert reply.usage["cache_read_tokens"] == 13
    (reached,) = calls.reached()
    assert b"Be brief." in reached.sent
    calls.record(model=model, dialect=speaker.name, stream=stream, usage_estimated=False, dropped_fields=list(dropped(reply)), **reply.usage)


def dropped(reply) -> list[str]:
    """What the header names, as the record must."""
    told = reply.headers.get("x-thinkwatch-dropped", "")
    return [name for name in told.split(", ") if name]


def test_characters(speaker, model, stream, calls):
    reply = speaker.say(Ask(model, [("user", "[[sim: utf8 split=3 crlf]]" if stream else "[[sim: utf8]]")], stream=stream))
    assert reply.text == "Grüße 世界 🌍🚀 Привет naïve 日本語 Ελλάδα"
    calls.record(outcome="ok")


def test_several_turns(speaker, model, stream, calls):
    first = speaker.say(Ask(model, [("user", "One")], stream=stream))
    history = [("user", "One"), ("reply", first), ("user", "Two")]
    second = speaker.say(Ask(model, history, stream=stream))
    assert "Two" in second.text
    one, two = calls.reached(2)
    assert first.text.split(":")[0].encode() in two.sent
    # The provider's prompt cache hits only what begins with the same bytes.
    shared = one.sent.index(b"One") + 3
    assert two.sent[:shared] == one.sent[:shared]
    calls.records(2, outcome="ok")


def test_parallel_tools_and_results(speaker, model, stream, calls):
    question = ("user", "How is it? [[sim: parallel-tools]]")
    asked = speaker.say(Ask(model, [question], tools=TOOLS, stream=stream))
    assert asked.stop == "tools" and [name for _, name, _ in asked.calls] == list(NAMES)
    assert all(set(arguments) == {"city"} for _, _, arguments in asked.calls)
    assert len({id for id, _, _ in asked.calls}) == 2
    # In another order than they were asked for.
    results = [(id, f"rain {n}", None) for n, (id, _, _) in reversed(list(enumerate(asked.calls)))]
    final = speaker.say(Ask(model, [question, ("reply", asked), ("results", results)], tools=TOOLS, stream=stream))
    assert final.text.startswith("The tool answered: ") and "rain" in final.text and final.stop == "end"
    reached = calls.reached(2)
    assert b"rain 0" in reached[1].sent and b"rain 1" in reached[1].sent
    calls.records(2, outcome="ok")


def test_forced_tool(speaker, model, stream, calls):
    reply = speaker.say(Ask(model, [("user", "[[sim: tool=get_time]]")], tools=TOOLS, choice="get_time", stream=stream))
    assert [name for _, name, _ in reply.calls] == ["get_time"] and reply.stop == "tools"
    (reached,) = calls.reached()
    sent = json.loads(reached.sent)
    choice = sent.get("tool_choice") or sent["toolConfig"].get("toolChoice") or sent["toolConfig"]["functionCallingConfig"]
    assert "get_time" in json.dumps(choice)
    calls.record(outcome="ok")


def test_images(speaker, model, stream, calls):
    reply = speaker.say(Ask(model, [("image", "What is this?", IMAGE)], stream=stream))
    assert reply.text
    (reached,) = calls.reached()
    assert IMAGE.encode() in reached.sent
    calls.record(outcome="ok", dropped_fields=dropped(reply))
    assert not set(dropped(reply)) - OF_ANSWERS


def test_images_in_results(speaker, pair, model, stream, calls):
    if pair[0] == "chat":
        # Chat has no word for it, so nobody can ask: a tool's answer is text.
        assert "content" in openai.types.chat.ChatCompletionToolMessageParam.__annotations__
        return
    asked = speaker.say(Ask(model, [("user", "Look. [[sim: tool=get_time]]")], tools=TOOLS, stream=stream))
    results = [(id, "seen", IMAGE) for id, _, _ in asked.calls]
    final = speaker.say(Ask(model, [("user", "Look."), ("reply", asked), ("results", results)], tools=TOOLS, stream=stream))
    assert final.text
    assert IMAGE.encode() in calls.reached(2)[1].sent
    calls.records(2, outcome="ok")


def test_thinking_and_back(speaker, pair, model, stream, calls):
    history = [("user", "Think about it. [[sim: thinking]]")]
    first = speaker.say(Ask(model, history, thinking=True, stream=stream))
    assert first.text and first.stop == "end"
    history += [("reply", first), ("user", "Go on.")]
    second = speaker.say(Ask(model, history, thinking=True, stream=stream))
    assert second.text
    reached = calls.reached(2)
    if pair[1] in ("messages", "responses"):
        assert "The question is simple." in first.thinking
        # The provider refuses a proof that is not its own, so what arrives is what it gave.
        proof = b'"signature"' if pair[1] == "messages" else b'"encrypted_content"'
        assert proof in reached[1].sent
    calls.records(2, outcome="ok")


def test_structured_output(speaker, model, stream, calls):
    reply = speaker.say(Ask(model, [("user", "Which city?")], schema=SCHEMA, stream=stream))
    assert set(json.loads(reply.text)) == {"city"}
    calls.reached()
    calls.record(outcome="ok")


def test_too_long(speaker, model, stream, calls):
    reply = speaker.say(Ask(model, [("user", "[[sim: tokens=40 length]]")], stream=stream))
    assert reply.stop == "length" and reply.text.endswith("word39")
    calls.record(outcome="ok", usage_estimated=False, **reply.usage)


def test_reasoning_is_counted(speaker, pair, model, stream, calls):
    reply = speaker.say(Ask(model, [("user", "[[sim: tokens=10 reasoning=7]]")], stream=stream))
    # The simulated Anthropic does not tell it apart from the rest of the output, and Bedrock has no word for it.
    calls.record(reasoning_tokens=0 if pair[1] in ("messages", "bedrock") else 7, **reply.usage)
    assert reply.usage["output_tokens"] == 17


@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_an_error_before_the_first_byte(speaker, pair, model, stream, calls, status):
    with pytest.raises((openai.APIStatusError, anthropic.APIStatusError, google.APIError)) as caught:
        speaker.say(Ask(model, [("user", f"[[sim: status={status} retry-after=3]]")], stream=stream))
    told, body, headers = error_of(caught.value)
    # The provider's 401 is about the gateway's own credential.
    assert told == {400: 400, 401: 502, 429: 429, 500: 502}[status]
    assert body["error"]["message"] and ("type" in body) == (pair[0] == "messages") and ("status" in body["error"]) == (pair[0] == "gemini")
    if status == 429:
        assert headers["retry-after"] == "3"
    outcome = "client_error" if status == 400 else "upstream_error"
    calls.record(outcome=outcome, status=told)


def error_of(error) -> tuple[int, dict, dict]:
    """Status, body and headers of what an SDK raised."""
    if isinstance(error, google.APIError):
        body = error.details if "error" in error.details else {"error": error.details}
        return error.code, body, error.response.headers
    return error.status_code, error.response.json(), error.response.headers


def test_an_error_in_the_middle(speaker, model, calls):
    with pytest.raises(BROKEN) as caught:
        reply = speaker.say(Ask(model, [("user", "[[sim: tokens=20 error-event-after=9]]")], stream=True))
        raise AssertionError(f"a broken answer looked whole: {reply}")
    assert not isinstance(caught.value, AssertionError)
    calls.record(outcome="upstream_error", error_class="stream_error")


def test_a_stream_that_is_cut(speaker, model, calls):
    with pytest.raises(BROKEN):
        reply = speaker.say(Ask(model, [("user", "[[sim: tokens=20 cut-after=9]]")], stream=True))
        raise AssertionError(f"a cut answer looked whole: {reply}")
    calls.record(outcome="upstream_error", error_class="cut_short", usage_estimated=True)


def test_nonsense_in_a_stream(speaker, model, calls):
    with pytest.raises(BROKEN):
        speaker.say(Ask(model, [("user", "[[sim: tokens=20 bad-json-event]]")], stream=True))
        raise AssertionError("nonsense looked like an answer")
    # Before the first event has been told there is still a status to answer with.
    (row,) = calls.records(1, outcome="upstream_error", error_class="protocol")
    assert row["status_code"] in (200, 502)


def test_a_client_that_leaves(speaker, model, calls, stack):
    mark = stack.simulator.mark()
    said = [{"role": "user", "content": "[[sim: tokens=400 delay-ms=20]]"}]
    body = {
        "messages": {"messages": said, "max_tokens": 500},
        "chat": {"messages": said},
        "responses": {"input": said, "store": False},
        "gemini": {"contents": [{"role": "user", "parts": [{"text": said[0]["content"]}]}]},
    }[speaker.name]
    with by_hand(stack, calls, speaker.name, model, body, stream=True) as answer:
        assert answer.status == 200 and answer.read(20)
    stack.simulator.wait_until(lambda exchange: exchange.entry.get("disconnected_us"), mark, seconds=3)
    time.sleep(0.1)
    calls.record(outcome="cancelled", usage_estimated=True)


@contextlib.contextmanager
def by_hand(stack, calls, dialect: str, model: str, body: dict, stream: bool = False):
    """A call without an SDK, which would not send what is wrong, nor leave in the middle."""
    paths = {"chat": "/v1/chat/completions", "messages": "/v1/messages", "responses": "/v1/responses"}
    gemini = f"/v1beta/models/{model}:{'streamGenerateContent?alt=sse' if stream else 'generateContent'}"
    if dialect != "gemini":
        body = {"model": model, "stream": stream} | body
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=20)
    with contextlib.closing(connection):
        headers = {"content-type": "application/json", "x-api-key": stack.openai_key} | calls.headers
        connection.request("POST", paths.get(dialect, gemini), json.dumps(body), headers)
        yield connection.getresponse()


def test_strict_refuses_what_would_be_lost(speaker, pair, model, calls):
    """Things for which no other dialect has a word."""
    only, field = {
        "messages": ({"extra_body": {"context_management": {"edits": [{"type": "clear_tool_uses_20250919"}]}}}, "context_management"),
        "chat": ({"logit_bias": {"1": 5}}, "logit_bias"),
        "responses": ({"truncation": "auto"}, "truncation"),
        "gemini": ({"safety_settings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}]}, "safetySettings"),
    }[pair[0]]
    ask = Ask(model, [("user", "Hello")], more=only)
    reply = speaker.say(ask)
    assert field in dropped(reply)
    ask.headers = {"x-thinkwatch-strict": "true"}
    with pytest.raises(REFUSED) as caught:
        speaker.say(ask)
    assert field in error_of(caught.value)[1]["error"]["message"]
    rows = sorted(calls.records(2), key=lambda row: row["status_code"])
    assert field in rows[0]["dropped_fields"] and rows[1]["outcome"] == "client_error"


MALFORMED = {
    "chat": [
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": 7}]}]}, "messages[0].content[0].text"),
        ({"messages": [{"role": "user", "content": "hi"}], "tools": [{"type": "function", "function": 7}]}, "tools[0].function"),
    ],
    "messages": [
        ({"max_tokens": 9, "messages": [{"role": "user", "content": [{"type": "text", "text": 7}]}]}, "messages[0].content[0].text"),
        ({"max_tokens": 9, "messages": [{"role": "user", "content": "hi"}], "tools": [{"name": 7, "input_schema": {}}]}, "tools[0].name"),
    ],
    "responses": [
        ({"input": [{"role": "user", "content": [{"type": "input_text", "text": 7}]}]}, "input[0].content[0].text"),
        ({"input": "hi", "tools": [{"type": "function", "name": 7}]}, "tools[0].name"),
    ],
    "gemini": [
        ({"contents": [{"role": "user", "parts": [{"text": 7}]}]}, "contents[0].parts[0].text"),
        ({"contents": [{"parts": [{"text": "hi"}]}], "tools": [{"functionDeclarations": [{"name": 7}]}]}, "tools[0].functionDeclarations[0].name"),
    ],
}


@pytest.mark.parametrize("which", [0, 1])
def test_malformed_input_names_the_field(pair, model, calls, stack, which):
    body, field = MALFORMED[pair[0]][which]
    with by_hand(stack, calls, pair[0], model, body) as answer:
        told = json.loads(answer.read())
    assert answer.status == 400 and field in told["error"]["message"], told
    calls.reached(0)
    calls.record(outcome="client_error", status=400)


@pytest.mark.parametrize("provider", ["messages", "responses"])
@pytest.mark.parametrize("client", [name for name in SPEAKERS if name in PROVIDERS])
def test_a_proof_reaches_nobody_but_its_maker(stack, calls, client, provider, stream):
    """Thinks with one provider, goes on with another one that speaks the client's own dialect, and comes back."""
    if client == provider:
        return
    speaker = SPEAKERS[client](stack, calls.headers)
    history = [("user", "Think about it. [[sim: thinking]]")]
    first = speaker.say(Ask(f"on-{provider}", history, thinking=True, stream=stream))
    history += [("reply", first), ("user", "Go on.")]
    second = speaker.say(Ask(f"on-{client}", history, stream=stream))
    history += [("reply", second), ("user", "And back.")]
    third = speaker.say(Ask(f"on-{provider}", history, thinking=True, stream=stream))
    assert second.text and third.text
    one, two, three = calls.reached(3)
    assert b"tw1." not in one.sent + two.sent + three.sent
    proof = b'"signature"' if provider == "messages" else b'"encrypted_content"'
    assert proof in three.sent and proof not in two.sent
    calls.records(3, outcome="ok")


def test_google_lists_and_counts(stack, calls):
    sdk = SPEAKERS["gemini"](stack, calls.headers).sdk
    listed = {model.name: model for model in sdk.models.list()}
    assert "models/on-chat" in listed and "generateContent" in listed["models/on-chat"].supported_actions
    assert sdk.models.get(model="on-chat").name == "models/on-chat"
    assert sdk.models.count_tokens(model="on-gemini", contents="How many?").total_tokens > 0
    calls.reached()


@pytest.mark.parametrize("model", ["on-chat", "on-gemini"])
def test_a_stream_as_one_list(stack, calls, model):
    """Google's way without `alt=sse`, and with the key in the address."""
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=20)
    with contextlib.closing(connection):
        body = json.dumps({"contents": [{"parts": [{"text": "[[sim: tokens=5]]"}]}]})
        path = f"/v1beta/models/{model}:streamGenerateContent?key={stack.openai_key}"
        connection.request("POST", path, body, {"content-type": "application/json"} | calls.headers)
        answer = connection.getresponse()
        assert answer.headers["content-type"].startswith("application/json")
        chunks = json.loads(answer.read())
    said = [part["text"] for chunk in chunks for one in chunk.get("candidates", []) for part in one.get("content", {}).get("parts", [])]
    assert "".join(said).endswith("word4") and chunks[-1]["usageMetadata"]["candidatesTokenCount"] == 5
    calls.record(stream=True, dialect="gemini")
