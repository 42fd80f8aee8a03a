"""The OpenAI SDK on what is only passed on: completions, moderations, images, audio, and rerank by its own path."""

import base64
import json

import openai
import pytest
from prompts import IMAGE

from harness.calls import openai_tokens

# The SDK calls what OpenAI itself has retired so; other servers have it.
pytestmark = pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")

PNG = base64.b64decode(IMAGE)
# Bytes of all values, with what stands between the parts of a form among them.
RECORDING = bytes(range(256)) * 8 + b"\r\n--\r\n\r\n"


def tokens(usage) -> dict:
    return {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens, "usage_estimated": False}


NOTHING = {"input_tokens": 0, "output_tokens": 0, "usage_estimated": False}


@pytest.mark.parametrize("model", ["gpt-3.5-turbo-instruct", "house-instruct"])
def test_a_completion(chatgpt, calls, stack, model):
    answer = chatgpt.completions.create(model=stack.model(model), prompt="Once upon a time [[sim: cached=3]]")
    assert "Once upon a time" in answer.choices[0].text and answer.choices[0].finish_reason == "stop"
    calls.reached()
    calls.record(model=model, dialect="completions", endpoint="completions", stream=False, **openai_tokens(answer.usage))


@pytest.mark.parametrize("model", ["gpt-3.5-turbo-instruct", "house-instruct"])
@pytest.mark.parametrize("asked", [False, True])
def test_a_stream_of_a_completion(chatgpt, calls, stack, model, asked):
    more = {"stream_options": {"include_usage": True}} if asked else {}
    stream = chatgpt.completions.create(model=stack.model(model), prompt="[[sim: tokens=20]]", stream=True, **more)
    chunks = list(stream)
    assert "".join(choice.text for chunk in chunks for choice in chunk.choices) == "word" + "".join(f" word{n}" for n in range(1, 20))
    assert [chunk.usage.completion_tokens for chunk in chunks if chunk.usage] == ([20] if asked else [])
    assert asked or all(chunk.choices for chunk in chunks)
    calls.reached()
    calls.record(model=model, stream=True, output_tokens=20, usage_estimated=False)


def test_a_completion_without_usage_is_estimated(chatgpt, calls, stack):
    list(chatgpt.completions.create(model=stack.model("house-instruct"), prompt="[[sim: tokens=40 no-usage]]", stream=True))
    chatgpt.completions.create(model=stack.model("house-instruct"), prompt="[[sim: tokens=40 no-usage]]")
    for row in calls.records(2, usage_estimated=True):
        assert row is None or row["output_tokens"] > 0 and row["input_tokens"] > 0


def test_moderations(chatgpt, calls, stack):
    answer = chatgpt.moderations.create(model=stack.model("house-moderation"), input=["be nice", "kill them"])
    assert [result.flagged for result in answer.results] == [False, True]
    # Most callers name no model; the API's own is meant, and asked for.
    assert chatgpt.moderations.create(input="be nice").model == "omni-moderation-latest"
    reached = calls.reached(2)
    if not stack.direct:
        assert json.loads(reached[1].sent)["model"] == "omni-moderation-latest"
    calls.records(2, dialect="moderations", endpoint="moderations", outcome="ok", cost_usd="0", **NOTHING)


@pytest.mark.parametrize("model", ["gpt-image-1.5", "house-image"])
def test_images_are_made(chatgpt, calls, stack, model):
    answer = chatgpt.images.generate(model=stack.model(model), prompt="a cat", n=2)
    assert [base64.b64decode(image.b64_json)[:6] for image in answer.data] == [b"0:a ca", b"1:a ca"]
    calls.reached()
    calls.record(model=model, dialect="images", endpoint="images.generations", image_units=2, **tokens(answer.usage))


def test_images_are_streamed(chatgpt, calls, stack):
    events = list(chatgpt.images.generate(model=stack.model("house-image"), prompt="a cat", stream=True, partial_images=2))
    assert [event.type.rpartition(".")[2] for event in events] == ["partial_image", "partial_image", "completed"]
    calls.reached()
    calls.record(stream=True, image_units=1, **tokens(events[-1].usage))


def test_images_are_edited_and_varied(chatgpt, calls, stack):
    model = stack.model("house-image")
    answer = chatgpt.images.edit(model=model, image=[("a.png", PNG), ("b.png", PNG)], mask=("m.png", PNG), prompt="without the cat", n=2)
    events = list(chatgpt.images.edit(model=model, image=("a.png", PNG), prompt="without the cat", stream=True, partial_images=1))
    assert [event.type for event in events] == ["image_edit.partial_image", "image_edit.completed"]
    old = chatgpt.images.create_variation(model=stack.model("house-old-image"), image=("a.png", PNG), n=3)
    assert len(old.data) == 3 and old.usage is None
    assert all(exchange.sent.count(PNG) == pictures for exchange, pictures in zip(calls.reached(3), (3, 1, 1)))
    rows = {(row["endpoint"], row["stream"]): row for row in calls.records(3, dialect="images", outcome="ok") if row}
    for which, expected in {
        ("images.edits", False): {"image_units": 2, **tokens(answer.usage)},
        ("images.edits", True): {"image_units": 1, **tokens(events[-1].usage)},
        ("images.variations", False): {"image_units": 3, **NOTHING},
    }.items() if rows else ():
        assert rows[which] | expected == rows[which]


@pytest.mark.parametrize(("model", "form"), [("tts-1", "mp3"), ("house-speech", "wav"), ("gpt-4o-mini-tts", "pcm")])
def test_speech(chatgpt, calls, stack, model, form):
    with chatgpt.audio.speech.with_streaming_response.create(
        model=stack.model(model), voice="coral", input="Hello. [[sim: big-answer=100000]]", response_format=form
    ) as answer:
        kind, sound = answer.headers["content-type"], answer.read()
    assert sound == bytes(n * 7 % 256 for n in range(100_000))
    assert kind == {"mp3": "audio/mpeg", "wav": "audio/wav", "pcm": "audio/pcm"}[form]
    calls.reached()
    calls.record(model=model, dialect="audio", endpoint="audio.speech", stream=False, response_bytes=100_000, **NOTHING)


def test_speech_as_events(chatgpt, calls, stack):
    answer = chatgpt.audio.speech.create(model=stack.model("house-speech"), voice="coral", input="Hello.", stream_format="sse")
    events = [json.loads(line[6:]) for line in answer.content.decode().splitlines() if line.startswith("data: ")]
    assert [event["type"] for event in events] == ["speech.audio.delta"] * 4 + ["speech.audio.done"]
    calls.reached()
    calls.record(stream=True, output_tokens=4, input_tokens=events[-1]["usage"]["input_tokens"], usage_estimated=False)


@pytest.mark.parametrize("model", ["gpt-4o-transcribe", "house-transcribe"])
@pytest.mark.parametrize("stream", [False, True])
def test_a_transcription(chatgpt, calls, stack, model, stream):
    answer = chatgpt.audio.transcriptions.create(
        model=stack.model(model), file=("talk.mp3", RECORDING), prompt="Names: [[sim: tokens=9]]", language="en", include=["logprobs"], stream=stream
    )
    if stream:
        events = list(answer)
        assert [event.type for event in events] == ["transcript.text.delta"] * 9 + ["transcript.text.done"]
        answer = events[-1]
    assert answer.text == "word" + "".join(f" word{n}" for n in range(1, 9))
    (reached,) = calls.reached()
    assert RECORDING in reached.sent
    sound = answer.usage.input_token_details.audio_tokens
    calls.record(
        model=model, dialect="audio", endpoint="audio.transcriptions", stream=stream, audio_input_tokens=sound, **tokens(answer.usage)
    )


@pytest.mark.parametrize("model", ["whisper-1", "house-whisper"])
def test_transcriptions_as_text(chatgpt, calls, stack, model):
    def heard(form):
        return chatgpt.audio.transcriptions.create(
            model=stack.model(model), file=("talk.mp3", RECORDING), prompt="[[sim: tokens=2]]", response_format=form
        )

    assert heard("json").text == "word word1"
    assert heard("text") == "word word1\n"
    assert heard("srt").startswith("1\n00:00:00,000 -->")
    assert heard("vtt").startswith("WEBVTT\n")
    assert heard("verbose_json").duration == 1
    calls.reached(5)
    calls.records(5, model=model, endpoint="audio.transcriptions", outcome="ok", **NOTHING)


def test_a_translation(chatgpt, calls, stack):
    answer = chatgpt.audio.translations.create(model=stack.model("house-whisper"), file=("rede.mp3", RECORDING), prompt="[[sim: tokens=2]]")
    assert answer.text == "word word1"
    calls.reached()
    calls.record(endpoint="audio.translations", stream=False, **NOTHING)


def test_rerank(chatgpt, calls, stack):
    body = {"model": stack.model("house-rerank"), "query": "cats", "documents": ["a dog", "a very large cat"], "top_n": 1}
    answer = chatgpt.post("/rerank", body=body, cast_to=object)
    assert [result["index"] for result in answer["results"]] == [1]
    calls.reached()
    calls.record(dialect="rerank", endpoint="rerank", input_tokens=answer["usage"]["total_tokens"], output_tokens=0, usage_estimated=False)


def test_rerank_without_usage_is_estimated(chatgpt, calls, stack):
    body = {"model": stack.model("house-rerank"), "query": "[[sim: no-usage]]", "documents": ["a dog"] * 20}
    chatgpt.post("/rerank", body=body, cast_to=object)
    row = calls.record(output_tokens=0, usage_estimated=True)
    assert row is None or row["input_tokens"] > 0


def asks(chatgpt, stack):
    """A call of each kind whose prompt is the argument."""
    return {
        "completions": lambda said: chatgpt.completions.create(model=stack.model("house-instruct"), prompt=said),
        "moderations": lambda said: chatgpt.moderations.create(model=stack.model("house-moderation"), input=said),
        "images": lambda said: chatgpt.images.generate(model=stack.model("house-image"), prompt=said),
        "edits": lambda said: chatgpt.images.edit(model=stack.model("house-image"), image=("a.png", PNG), prompt=said),
        "speech": lambda said: chatgpt.audio.speech.create(model=stack.model("house-speech"), voice="coral", input=said),
        "transcriptions": lambda said: chatgpt.audio.transcriptions.create(
            model=stack.model("house-transcribe"), file=("a.mp3", RECORDING), prompt=said
        ),
    }


@pytest.mark.parametrize("kind", ["completions", "moderations", "images", "edits", "speech", "transcriptions"])
def test_a_providers_error_is_told(chatgpt, calls, stack, kind):
    with pytest.raises(openai.RateLimitError) as told:
        asks(chatgpt, stack)[kind]("[[sim: status=429 retry-after=7]]")
    assert told.value.response.headers["retry-after"] == "7" and "simulated error 429" in str(told.value)
    calls.record(outcome="upstream_error", status=429, error_class="rate_limited", **NOTHING)


@pytest.mark.gateway
@pytest.mark.parametrize("kind", ["completions", "images", "speech", "transcriptions"])
@pytest.mark.parametrize("how", ["cut-after=1", "error-event-after=1"])
def test_a_broken_stream_is_told(chatgpt, calls, stack, kind, how):
    said = f"[[sim: tokens=20 {how}]]"
    stream = {
        "completions": lambda: chatgpt.completions.create(model="house-instruct", prompt=said, stream=True),
        "images": lambda: chatgpt.images.generate(model="house-image", prompt=said, stream=True, partial_images=2),
        "transcriptions": lambda: chatgpt.audio.transcriptions.create(
            model="house-transcribe", file=("a.mp3", RECORDING), prompt=said, stream=True
        ),
        "speech": lambda: chatgpt.post(
            "/audio/speech", body={"model": "house-speech", "voice": "coral", "input": said, "stream_format": "sse"},
            cast_to=object, stream=True, stream_cls=openai.Stream[object],
        ),
    }[kind]()
    with pytest.raises(openai.APIError):
        list(stream)
    cut = how.startswith("cut")
    row = calls.record(outcome="upstream_error", status=200, error_class="cut_short" if cut else "stream_error")
    assert kind == "completions" or row["output_tokens"] == 0
