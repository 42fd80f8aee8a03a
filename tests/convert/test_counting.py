"""Tokens that no provider counts: the counting endpoints on models whose providers have none, and usage that was not told."""

import concurrent.futures

import anthropic
import openai
import pytest
from google import genai
from google.genai import types
from speakers import SPEAKERS
from test_grid import by_hand

# Nine words and a full stop: ten tokens, however often.
SENTENCE = " The quick brown fox jumps over the lazy dog."
TOOL = {"name": "weather", "description": "Tells the weather.", "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}}}
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
ELSEWHERE = ["chat", "responses", "gemini", "bedrock", "azure"]


@pytest.fixture(scope="module", autouse=True)
def vocabulary(stack):
    """The first count reads it, which on a busy machine may take longer than the end of an answer waits."""
    SPEAKERS["messages"](stack, {}).sdk.messages.count_tokens(model="on-chat", messages=user(SENTENCE))


@pytest.fixture
def claude(stack, calls):
    return SPEAKERS["messages"](stack, calls.headers).sdk


@pytest.fixture
def chatgpt(stack, calls):
    return SPEAKERS["chat"](stack, calls.headers).sdk


@pytest.fixture
def google(stack, calls):
    return SPEAKERS["gemini"](stack, calls.headers).sdk


def user(text):
    return [{"role": "user", "content": text}]


@pytest.mark.parametrize("provider", ELSEWHERE)
def test_messages_are_counted_for_every_model(claude, calls, provider):
    def count(**more):
        raw = claude.messages.with_raw_response.count_tokens(model=f"on-{provider}", **({"messages": user(SENTENCE)} | more))
        assert raw.headers["x-thinkwatch-estimated"] == "true"
        return raw.parse().input_tokens

    # Three around the turn and three before the answer.
    assert count() == 16
    assert count(messages=user(SENTENCE * 100)) == 16 + 99 * 10
    assert count(system="Be brief.") == 16 + 6
    assert 16 + 10 < count(tools=[TOOL]) < 16 + 60
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}
    assert count(messages=user([{"type": "text", "text": SENTENCE}, image])) == 16 + 1000
    calls.reached(0)
    for row in calls.records(5, outcome="ok", status_code=200, dialect="messages", endpoint="messages.count_tokens", model=f"on-{provider}"):
        assert (row["input_tokens"], row["output_tokens"], row["attempts"]) == (0, 0, [])
        assert float(row["cost_usd"]) == 0


def test_who_counts_itself_is_asked(claude, chatgpt, google, stack, calls):
    assert claude.messages.count_tokens(model="on-messages", messages=user(SENTENCE)).input_tokens > 0
    assert google.models.count_tokens(model="on-gemini", contents=SENTENCE).total_tokens > 0
    counted = chatgpt.responses.input_tokens.count(model="on-responses", input=SENTENCE)
    assert counted.input_tokens > 0 and counted.object == "response.input_tokens"
    paths = [exchange.target.partition("?")[0] for exchange in calls.reached(3)]
    assert paths[0] == "/v1/messages/count_tokens" and paths[1].endswith(":countTokens") and paths[2] == "/v1/responses/input_tokens"
    calls.records(3, outcome="ok", output_tokens=0)


@pytest.mark.parametrize("provider", ["chat", "messages", "responses", "bedrock", "azure"])
def test_google_counts_for_every_model(google, calls, provider):
    counted = google.models.count_tokens(model=f"on-{provider}", contents=SENTENCE)
    assert counted.total_tokens == 16
    assert counted.sdk_http_response.headers["x-thinkwatch-estimated"] == "true"
    calls.reached(0)
    calls.record(dialect="gemini", endpoint="generate_content.count_tokens")


@pytest.mark.parametrize("provider", ["chat", "messages", "gemini", "bedrock", "azure"])
def test_responses_are_counted_for_every_model(chatgpt, calls, provider):
    raw = chatgpt.responses.input_tokens.with_raw_response.count(model=f"on-{provider}", input=SENTENCE, instructions="Be brief.")
    assert raw.headers["x-thinkwatch-estimated"] == "true"
    assert raw.parse().input_tokens == 16 + 6
    calls.reached(0)
    calls.record(dialect="responses", endpoint="responses.input_tokens")


def test_what_cannot_be_counted_names_its_field(claude, chatgpt, google, calls):
    with pytest.raises(anthropic.BadRequestError) as caught:
        claude.messages.count_tokens(model="on-chat", messages=[{"role": "user", "content": [{"type": "text"}]}])
    assert caught.value.body["error"]["type"] == "invalid_request_error" and "messages[0].content[0].text" in str(caught.value)
    with pytest.raises(openai.BadRequestError) as caught:
        chatgpt.responses.input_tokens.count(model="on-chat", input="x", previous_response_id="resp_1")
    assert caught.value.param == "previous_response_id"
    with pytest.raises(genai.errors.ClientError) as caught:
        google.models.count_tokens(model="on-chat", contents=[types.Content(role="nobody", parts=[types.Part(text="x")])])
    assert caught.value.code == 400 and "contents[0].role" in str(caught.value)
    calls.reached(0)
    calls.records(3, outcome="client_error", status_code=400, error_class="bad_request")


def test_a_provider_without_counting_is_stood_in_for(stack, claude, calls):
    """A compatible server speaks Messages and answers 404 to what it does not have."""
    raw = claude.messages.with_raw_response.count_tokens(model="on-messages", messages=user(SENTENCE + "[[sim: status=404]]"))
    assert raw.headers["x-thinkwatch-estimated"] == "true"
    assert raw.parse().input_tokens > 16
    row = calls.record(provider="only-messages")
    assert [attempt["status_code"] for attempt in row["attempts"]] == [404]


def test_claude_code_asks_for_two_dozen_at_once(claude, calls):
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        counts = list(pool.map(lambda n: claude.messages.count_tokens(model="on-chat", messages=user(SENTENCE * n)).input_tokens, range(1, 25)))
    assert counts == [6 + 10 * n for n in range(1, 25)]
    calls.records(24, outcome="ok")


@pytest.mark.parametrize("stream", [False, True], ids=["json", "stream"])
def test_usage_that_is_not_told_is_counted(chatgpt, stack, calls, stream):
    """The simulator's words are a token each."""
    said = SENTENCE * 20 + "[[sim: tokens=40 no-usage]]"
    answer = chatgpt.chat.completions.create(model="on-chat", messages=user(said), stream=stream)
    if stream:
        assert sum(1 for _ in answer) >= 40
    row = calls.record(stream=stream, usage_estimated=True)
    assert 200 + 6 < row["input_tokens"] < 200 + 30, row
    assert 40 <= row["output_tokens"] <= 80, row


@pytest.mark.parametrize("client", ["messages", "responses", "gemini"])
@pytest.mark.parametrize("stream", [False, True], ids=["json", "stream"])
def test_it_is_counted_through_a_conversion_too(stack, calls, client, stream):
    said = SENTENCE * 20 + "[[sim: tokens=40 no-usage]]"
    body = {
        "messages": {"messages": user(said), "max_tokens": 500},
        "responses": {"input": said, "store": False},
        "gemini": {"contents": [{"role": "user", "parts": [{"text": said}]}]},
    }[client]
    with by_hand(stack, calls, client, "on-chat", body, stream) as answer:
        assert answer.status == 200 and answer.read()
    row = calls.record(stream=stream, usage_estimated=True)
    assert 200 + 6 < row["input_tokens"] < 200 + 30, row
    assert 40 <= row["output_tokens"] <= 80, row


def test_a_client_that_leaves_pays_for_what_was_written(stack, calls):
    said = user(SENTENCE * 20 + "[[sim: tokens=400 delay-ms=20]]")
    mark = stack.simulator.mark()
    with by_hand(stack, calls, "chat", "on-chat", {"messages": said}, stream=True) as answer:
        assert answer.status == 200
        got = b""
        while got.count(b"data: ") < 12:
            got += answer.read1(4096)
    stack.simulator.wait_until(lambda exchange: exchange.entry.get("disconnected_us"), mark, seconds=5)
    (row,) = calls.records(1, outcome="cancelled", usage_estimated=True)
    assert 200 + 6 < row["input_tokens"] < 200 + 30, row
    assert 5 <= row["output_tokens"] < 400, row
