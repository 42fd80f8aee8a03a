"""What reaches the provider is what the client sent, except the model's name; what reaches the client is what the provider sent."""

import json
import re

import pytest
from bodies import CASES, CHAT, MESSAGES, RESPONSES

from harness import raw

# (name for the client, name at the provider): through a default prefix (unchanged), and through an explicit model (spliced).
NAMES = {
    "chat": [("gpt-4o-mini", "gpt-4o-mini"), ("house-mini", "gpt-sim"), ("a-rather-long-name-for-a-model/with.dots:and-colons", "gpt-4o-mini")],
    "messages": [("claude-haiku-4-5", "claude-haiku-4-5"), ("house-claude", "claude-sim")],
    "count": [("claude-haiku-4-5", "claude-haiku-4-5"), ("house-claude", "claude-sim")],
    "responses": [("gpt-5", "gpt-5"), ("house-mini", "gpt-sim")],
    "embeddings": [("text-embedding-3-small", "text-embedding-3-small"), ("house-embed", "text-embedding-3-small")],
    "completions": [("gpt-3.5-turbo-instruct", "gpt-3.5-turbo-instruct"), ("house-instruct", "gpt-3.5-turbo-instruct")],
    "moderations": [("omni-moderation-latest", "omni-moderation-latest"), ("house-moderation", "omni-moderation-latest")],
    "images": [("gpt-image-1.5", "gpt-image-1.5"), ("house-image", "gpt-image-1.5")],
    "speech": [("gpt-4o-mini-tts", "gpt-4o-mini-tts"), ("house-speech", "gpt-4o-mini-tts")],
    "rerank": [("rerank-sim", "rerank-sim"), ("house-rerank", "rerank-sim")],
}
FIELD = re.compile(r'("model"\s*:\s*)"MODEL"')
NESTED = re.compile(r'"model": ?\["MODEL"\]')


def with_model(template: str, name: str) -> bytes:
    """Fills the name in at the top level's `model`: in all templates that is the place where `model` is followed by MODEL as a bare
    string, outside of strings (there the quotes are escaped) and deeper objects."""
    places = [found for found in FIELD.finditer(template) if depth(template, found.start()) == 1]
    assert len(places) == 1, places
    found = places[0]
    return (template[: found.start()] + found[1] + json.dumps(name) + template[found.end() :]).encode()


def depth(text: str, end: int) -> int:
    """How many brackets are open at a place of a JSON text; -1 inside a string."""
    level, quoted, escaped = 0, False, False
    for letter in text[:end]:
        if escaped:
            escaped = False
        elif quoted:
            escaped, quoted = letter == "\\", letter != '"'
        elif letter == '"':
            quoted = True
        else:
            level += (letter in "{[") - (letter in "}]")
    return -1 if quoted else level


@pytest.mark.parametrize(("endpoint", "template"), [case[::2] for case in CASES], ids=[f"{c[0]}: {c[1]}" for c in CASES])
def test_bytes_are_kept(stack, calls, endpoint, template):
    for ours, theirs in NAMES[endpoint]:
        name = theirs if stack.direct else ours
        mark = stack.simulator.mark()
        answer = raw.post(stack, endpoint, with_model(template, name), calls.headers)
        assert answer.status == 200, answer
        (reached,) = stack.simulator.journal(mark)
        assert reached.sent == with_model(template, theirs)
        assert answer.body == reached.answered
        assert reached.target == raw.PATHS[endpoint] and not reached.leaked
    calls.records(len(NAMES[endpoint]), outcome="ok")


@pytest.mark.parametrize("pieces", [1, 7, 4096])
def test_a_chunked_upload_arrives_the_same(stack, calls, pieces):
    for endpoint, body in (("chat", CHAT["odd values"]), ("messages", MESSAGES["blocks and marks"]), ("responses", RESPONSES["stream"])):
        ours, theirs = NAMES[endpoint][-1]
        sent = with_model(body, theirs if stack.direct else ours)
        mark = stack.simulator.mark()
        answer = raw.post(stack, endpoint, (sent[at : at + pieces] for at in range(0, len(sent), pieces)), calls.headers)
        assert answer.status == 200, answer
        (reached,) = stack.simulator.journal(mark)
        assert reached.sent == with_model(body, theirs) and answer.body == reached.answered


def test_a_query_and_a_spelling_of_the_path_are_kept_or_mended(stack, calls):
    body = with_model(MESSAGES["plain"], "claude-haiku-4-5")
    assert raw.post(stack, "messages", body, calls.headers, path="/v1/messages?beta=true").status == 200
    assert calls.reached()[0].target == "/v1/messages?beta=true"


@pytest.mark.gateway
def test_asking_for_usage_is_the_only_addition_and_is_taken_out_again(stack, calls):
    template = '{"x_1": 1.0, "stream": true, "messages":[{"role":"user","content":"[[sim: tokens=9]]"}], "model":"MODEL"}'
    answer = raw.post(stack, "chat", with_model(template, "house-mini"), calls.headers)
    (reached,) = calls.reached()
    original, sent = with_model(template, "gpt-sim"), reached.sent
    assert json.loads(sent) == json.loads(original) | {"stream_options": {"include_usage": True}}
    at = next(n for n in range(len(original) + 1) if n == len(original) or sent[n] != original[n])
    added = len(sent) - len(original)
    assert sent[:at] + sent[at + added :] == original, "something else was moved"

    def events(text: bytes) -> list:
        return [json.loads(line[6:]) if line != b"data: [DONE]" else None for line in text.splitlines() if line.startswith(b"data: ")]

    theirs = [event for event in events(reached.answered) if event is None or event["choices"]]
    ours = events(answer.body)
    assert [event and json.dumps({k: v for k, v in event.items() if k != "usage"}) for event in theirs] == [e and json.dumps(e) for e in ours]
    assert b"usage" not in answer.body
    calls.record(output_tokens=9, usage_estimated=False)


@pytest.mark.gateway
def test_what_passes_of_the_headers(stack, calls):
    sent = {
        "user-agent": "my-agent/1", "x-stainless-lang": "python", "anthropic-beta": "a-1,b-2", "cookie": "s=1", "x-forwarded-for": "203.0.113.9",
        "x-thinkwatch-tag-a": "b", "proxy-authorization": "x", "te": "trailers", "accept-encoding": "gzip, br",
    }
    answer = raw.post(stack, "messages", with_model(MESSAGES["plain"], "claude-haiku-4-5"), calls.headers | sent)
    assert answer.status == 200
    (reached,) = calls.reached()
    assert reached.header("anthropic-beta") == "a-1,b-2"
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-length"] == str(len(answer.body))
