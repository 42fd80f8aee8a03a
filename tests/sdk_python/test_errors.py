"""Each failure arrives as the class that the SDK has for it, with the words of who caused it."""

import anthropic
import openai
import pytest
from credentials import only

OPENAI = {
    400: openai.BadRequestError, 401: openai.AuthenticationError, 403: openai.PermissionDeniedError, 404: openai.NotFoundError,
    429: openai.RateLimitError, 500: openai.InternalServerError, 502: openai.InternalServerError, 529: openai.InternalServerError,
}
ANTHROPIC = {
    400: anthropic.BadRequestError, 401: anthropic.AuthenticationError, 403: anthropic.PermissionDeniedError, 404: anthropic.NotFoundError,
    429: anthropic.RateLimitError, 500: anthropic.InternalServerError, 502: anthropic.InternalServerError, 529: anthropic.InternalServerError,
}
MODEL = {"chat": "gpt-4o-mini", "responses": "gpt-5", "messages": "claude-haiku-4-5", "embeddings": "text-embedding-3-small"}


def send(clients, dialect: str, text: str, model: str | None = None, stream: bool = False):
    chatgpt, claude = clients
    model = model or MODEL[dialect]
    messages = [{"role": "user", "content": text}]
    if dialect == "chat":
        return chatgpt.chat.completions.create(model=model, messages=messages, stream=stream)
    if dialect == "responses":
        return chatgpt.responses.create(model=model, input=text, store=False, stream=stream)
    if dialect == "embeddings":
        return chatgpt.embeddings.create(model=model, input=text)
    return claude.messages.create(model=model, max_tokens=50, messages=messages, stream=stream)


@pytest.fixture
def clients(chatgpt, claude):
    return chatgpt, claude


def failure(clients, dialect: str, status: int, text: str, **more):
    expected = (ANTHROPIC if dialect == "messages" else OPENAI)[status]
    with pytest.raises(expected) as caught:
        answer = send(clients, dialect, text, **more)
        if more.get("stream"):
            list(answer)
    error = caught.value
    assert error.status_code == status
    if dialect == "messages":
        body = error.body
        assert body["type"] == "error" and body["error"]["type"] and body["error"]["message"]
        assert body["request_id"]
        return error, body["error"]["message"]
    assert error.type, error.body
    return error, error.body["message"]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status", [400, 404, 429, 500, 529])
@pytest.mark.parametrize("dialect", ["chat", "responses", "messages"])
def test_the_providers_own_errors_keep_status_and_words(clients, calls, stack, dialect, status, stream):
    error, message = failure(clients, dialect, status, f"[[sim: status={status} retry-after=3]]", stream=stream)
    assert f"simulated error {status}" in message
    if status == 429:
        assert error.response.headers["retry-after"] == "3"
    calls.reached()
    outcome = "upstream_error" if status in (429, 500, 529) else "client_error"
    calls.record(outcome=outcome, status=status)


@pytest.mark.gateway
@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("dialect", ["chat", "responses", "messages", "embeddings"])
def test_the_providers_refusal_of_our_key_is_not_the_clients_fault(clients, calls, stack, dialect, status):
    stack.simulator.inject(f"status={status}", model=MODEL[dialect])
    failure(clients, dialect, 502, "hello")
    calls.record(outcome="upstream_error", status=502)


@pytest.mark.parametrize("dialect", ["chat", "responses", "messages", "embeddings"])
def test_a_wrong_key(stack, calls, dialect):
    key = ("sk-" if stack.direct else "tw-") + "x" * 48
    chatgpt = openai.OpenAI(api_key=key, base_url=f"{stack.url}/v1", max_retries=0)
    claude = anthropic.Anthropic(api_key=key, base_url=stack.url, max_retries=0, default_headers=only("x-api-key", key))
    failure((chatgpt, claude), dialect, 401, "hello")
    if not stack.direct:
        assert stack.simulator.mark() == calls.mark, "the provider was asked"


@pytest.mark.gateway
@pytest.mark.parametrize("dialect", ["chat", "responses", "messages", "embeddings"])
def test_a_model_that_the_key_may_not_use(stack, calls, dialect):
    key = stack.key(allowed_models=["house-*"])
    chatgpt = openai.OpenAI(api_key=key, base_url=f"{stack.url}/v1", max_retries=0, default_headers=calls.headers)
    claude = anthropic.Anthropic(api_key=key, base_url=stack.url, max_retries=0, default_headers=calls.headers)
    _, message = failure((chatgpt, claude), dialect, 403, "hello")
    assert MODEL[dialect] in message
    assert stack.simulator.mark() == calls.mark, "the provider was asked"
    calls.record(outcome="refused", status=403)


@pytest.mark.parametrize("dialect", ["chat", "responses", "messages", "embeddings"])
def test_an_unknown_model(clients, calls, stack, dialect):
    _, message = failure(clients, dialect, 404, "hello", model="nobody-has-this")
    assert "nobody-has-this" in message
    if not stack.direct:
        assert stack.simulator.mark() == calls.mark, "the provider was asked"


@pytest.mark.parametrize("dialect", ["chat", "messages"])
def test_what_the_provider_finds_wrong_is_told_in_its_words(clients, calls, stack, dialect):
    chatgpt, claude = clients
    with pytest.raises((openai.BadRequestError, anthropic.BadRequestError)) as caught:
        if dialect == "chat":
            chatgpt.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "tool", "tool_call_id": "call_1", "content": "?"}])
        else:
            orphan = [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "?"}]
            claude.messages.create(model="claude-haiku-4-5", max_tokens=5, messages=[{"role": "user", "content": orphan}])
    assert caught.value.status_code == 400 and "tool" in str(caught.value)
    calls.record(outcome="client_error", status=400)


@pytest.mark.parametrize("dialect", ["chat", "messages"])
def test_an_error_in_the_middle_of_a_stream(clients, calls, stack, dialect):
    with pytest.raises((openai.APIError, anthropic.APIError)):
        list(send(clients, dialect, "[[sim: tokens=20 error-event-after=5]]", stream=True))
    calls.record(outcome="upstream_error", stream=True)


@pytest.mark.gateway
@pytest.mark.parametrize("dialect", ["chat", "responses", "messages"])
def test_a_stream_that_is_cut_does_not_look_complete(clients, calls, stack, dialect):
    seen = []
    try:
        for event in send(clients, dialect, "[[sim: tokens=20 cut-after=6]]", stream=True):
            seen.append(event)
    except (openai.APIError, anthropic.APIError):
        pass
    else:
        # The SDK hands `response.failed` and `error` on as events.
        assert dialect == "responses" and seen[-1].type in ("response.failed", "error"), seen[-1:]
    finished = [event for event in seen if getattr(event, "type", "") in ("message_stop", "response.completed")]
    assert seen and not finished
    calls.record(outcome="upstream_error", stream=True)
