"""Embeddings of a provider of the other dialect: OpenAI's SDK on Google, Google's SDK on OpenAI."""

import json

import openai
import pytest
from google import genai
from google.genai import types

from harness import raw

GOOGLES = "vectors-of-google"


@pytest.fixture(scope="module", autouse=True)
def of_google(stack):
    stack.console.call("POST", "/api/admin/models", {
        "model_id": GOOGLES, "routes": [{"provider": "only-gemini", "upstream_model": "gemini-embedding-001"}],
    })


@pytest.fixture
def chatgpt(stack, calls):
    with openai.OpenAI(api_key=stack.openai_key, base_url=f"{stack.url}/v1", max_retries=0, timeout=30, default_headers=calls.headers) as client:
        yield client


@pytest.fixture
def gemini(stack, calls):
    options = types.HttpOptions(base_url=stack.url, headers=calls.headers, timeout=30_000)
    return genai.Client(api_key=stack.openai_key, vertexai=False, http_options=options)


@pytest.mark.parametrize("form", [None, "base64", "float"])
def test_openais_sdk_on_google(chatgpt, calls, form):
    # Without a form the SDK asks for base64 itself.
    answer = chatgpt.embeddings.create(model=GOOGLES, input=["one", "two"], dimensions=4, **({"encoding_format": form} if form else {}))
    (reached,) = calls.reached()
    made = [vector["values"] for vector in json.loads(reached.answered)["embeddings"]]
    assert reached.target == "/v1beta/models/gemini-embedding-001:batchEmbedContents" and len(made) == 2
    vectors = [item.embedding for item in answer.data]
    if form == "base64":
        assert all(isinstance(vector, str) for vector in vectors)
    else:
        assert vectors == [pytest.approx(vector, rel=1e-6) for vector in made] and all(len(vector) == 4 for vector in vectors)
    assert (answer.model, [item.index for item in answer.data]) == (GOOGLES, [0, 1])
    calls.record(
        dialect="embeddings", endpoint="embeddings", model=GOOGLES, upstream_model="gemini-embedding-001", dropped_fields=[],
        input_tokens=answer.usage.prompt_tokens, output_tokens=0, usage_estimated=False,
    )


def test_googles_sdk_on_openai(gemini, calls):
    answer = gemini.models.embed_content(
        model="house-embed", contents=["one", "two"], config=types.EmbedContentConfig(output_dimensionality=4, task_type="RETRIEVAL_QUERY")
    )
    (reached,) = calls.reached()
    assert reached.target == "/v1/embeddings" and json.loads(reached.sent)["input"] == ["one", "two"]
    assert [vector.values for vector in answer.embeddings] == [item["embedding"] for item in json.loads(reached.answered)["data"]]
    calls.record(dialect="gemini", upstream_model="text-embedding-3-small", dropped_fields=["taskType"], output_tokens=0, usage_estimated=False)


def test_what_is_left_out_is_told_or_refused(stack, calls):
    body = json.dumps({"model": GOOGLES, "input": "one", "user": "u"}).encode()
    answer = raw.post(stack, "embeddings", body, calls.headers)
    assert answer.status == 200 and answer.headers["x-thinkwatch-dropped"] == "user", answer
    answer = raw.post(stack, "embeddings", body, calls.headers | {"x-thinkwatch-strict": "1"})
    assert answer.status == 400 and json.loads(answer.body)["error"]["param"] == "user", answer
    answer = raw.post(stack, "embeddings", json.dumps({"model": GOOGLES, "input": [1, 2]}).encode(), calls.headers)
    assert answer.status == 400 and json.loads(answer.body)["error"]["param"] == "input", answer
    calls.reached(1)
    calls.records(3)


def test_a_providers_error_is_told_in_the_clients_words(chatgpt, calls):
    with pytest.raises(openai.RateLimitError, match="simulated error 429"):
        chatgpt.embeddings.create(model=GOOGLES, input="[[sim: status=429]]")
    with pytest.raises(openai.APIStatusError) as told:
        chatgpt.embeddings.create(model=GOOGLES, input="[[sim: cut-after=1]]")
    assert told.value.status_code == 502
    calls.records(2, outcome="upstream_error")
