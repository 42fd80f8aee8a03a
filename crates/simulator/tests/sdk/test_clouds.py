"""google-genai, boto3 and the Azure client of openai against the simulator itself.

Run: THINKWATCH_SIMULATOR=path/to/thinkwatch-simulator pytest crates/simulator/tests/sdk
"""

import base64
import json
import os
import subprocess

import boto3
import botocore.config
import botocore.exceptions
import openai
import pytest
from google import genai
from google.genai import errors, types

WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
CLOCK = {"type": "object", "properties": {"zone": {"type": "string"}}, "required": ["zone"]}
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
CLAUDE = "anthropic.claude-sonnet-4-5-20250929-v1:0"


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
        if name.startswith(("GOOGLE_", "GEMINI_", "AWS_", "OPENAI_", "AZURE_")):
            monkeypatch.delenv(name)


@pytest.fixture(params=[None, "v1beta"], ids=["", "v1beta"])
def gemini(url, request, own_environment):
    """The SDK speaks to `/v1` unless told otherwise; older ones, and Gemini CLI, to `/v1beta`."""
    return genai.Client(
        api_key="AIza-sim-google", http_options=types.HttpOptions(base_url=url, api_version=request.param)
    )


def aws(url, **more):
    options = {"aws_access_key_id": "AKIASIM", "aws_secret_access_key": "sim-secret", "region_name": "us-east-1"} | more
    once = botocore.config.Config(retries={"total_max_attempts": 1})
    return boto3.client("bedrock-runtime", endpoint_url=url, config=once, **options)


@pytest.fixture
def bedrock(url, own_environment):
    return aws(url)


@pytest.fixture
def azure(url, own_environment):
    return openai.AzureOpenAI(azure_endpoint=url, api_key="sk-sim-openai", api_version="2024-10-21", max_retries=0)


def functions(**more):
    declared = [
        types.FunctionDeclaration(name="weather", parameters_json_schema=WEATHER),
        types.FunctionDeclaration(name="clock", parameters=CLOCK),
    ]
    off = types.AutomaticFunctionCallingConfig(disable=True)
    return types.GenerateContentConfig(
        tools=[types.Tool(function_declarations=declared)], automatic_function_calling=off, **more
    )


@pytest.mark.parametrize("model", ["gemini-sim", "gemini-2.5-flash"])
def test_gemini(gemini, model):
    config = types.GenerateContentConfig(system_instruction="be kind", max_output_tokens=500, temperature=0.5)
    answer = gemini.models.generate_content(model=model, contents="hello [[sim: cached=7]]", config=config)
    usage = answer.usage_metadata
    assert "You said: hello" in answer.text and answer.candidates[0].finish_reason == "STOP"
    assert usage.cached_content_token_count == 7
    assert usage.total_token_count == usage.prompt_token_count + usage.candidates_token_count
    chunks = list(gemini.models.generate_content_stream(model=model, contents="hello [[sim: cached=7]]", config=config))
    assert "".join(chunk.text or "" for chunk in chunks) == answer.text
    assert chunks[-1].candidates[0].finish_reason == "STOP"
    assert chunks[-1].usage_metadata.candidates_token_count == usage.candidates_token_count
    counted = gemini.models.count_tokens(model=model, contents="hello")
    assert counted.total_tokens > 0


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", ["gemini-sim", "gemini-2.5-flash"])
def test_gemini_calls_and_their_signatures(gemini, model, stream):
    config = functions(thinking_config=types.ThinkingConfig(include_thoughts=True))
    question = types.Content(role="user", parts=[types.Part(text="go [[sim: parallel-tools thinking]]")])
    if stream:
        chunks = gemini.models.generate_content_stream(model=model, contents=[question], config=config)
        parts = [part for chunk in chunks for part in chunk.candidates[0].content.parts]
        parts = [part for part in parts if part.text != ""]
    else:
        answer = gemini.models.generate_content(model=model, contents=[question], config=config)
        parts = answer.candidates[0].content.parts
        assert answer.usage_metadata.thoughts_token_count > 0
    calls = [part.function_call for part in parts if part.function_call]
    assert [call.name for call in calls] == ["weather", "clock"] and calls[0].args["city"]
    assert [bool(call.id) for call in calls] == [model == "gemini-sim"] * 2
    assert [bool(part.thought_signature) for part in parts if part.function_call] == [True, False]
    said = types.Content(role="model", parts=parts)
    results = [
        types.Part(function_response=types.FunctionResponse(id=call.id, name=call.name, response={"output": "22"}))
        for call in calls
    ]
    history = [question, said, types.Content(role="user", parts=results)]
    assert gemini.models.generate_content(model=model, contents=history, config=config).text == "The tool answered: 22"
    signed = next(part for part in parts if part.function_call)
    signed.function_call.args["city"] += "!"
    with pytest.raises(errors.ClientError, match="signature is not valid"):
        gemini.models.generate_content(model=model, contents=history, config=config)
    signed.thought_signature = None
    if model == "gemini-sim":
        with pytest.raises(errors.ClientError, match="missing a thought_signature"):
            gemini.models.generate_content(model=model, contents=history, config=config)


def test_gemini_pictures_json_and_chats(gemini):
    picture = types.Part.from_bytes(data=PIXEL, mime_type="image/png")
    assert gemini.models.generate_content(model="gemini-sim", contents=["what?", picture]).text
    for shape in ({"response_schema": types.Schema(**WEATHER)}, {"response_json_schema": WEATHER}):
        config = types.GenerateContentConfig(response_mime_type="application/json", **shape)
        answer = gemini.models.generate_content(model="gemini-sim", contents="json", config=config)
        assert list(json.loads(answer.text)) == ["city"]
    chat = gemini.chats.create(model="gemini-sim")
    first = "".join(chunk.text or "" for chunk in chat.send_message_stream("one [[sim: thinking]]"))
    assert "one" in first and "two" in chat.send_message("two").text


def test_gemini_embeddings_and_models(gemini):
    config = types.EmbedContentConfig(output_dimensionality=4)
    answer = gemini.models.embed_content(model="gemini-embedding-001", contents=["a", "b"], config=config)
    first, second = [embedding.values for embedding in answer.embeddings]
    assert len(first) == 4 and first != second
    assert "models/gemini-sim" in [model.name for model in gemini.models.list()]


@pytest.mark.parametrize(
    "status,name", [(400, "INVALID_ARGUMENT"), (403, "PERMISSION_DENIED"), (429, "RESOURCE_EXHAUSTED"), (503, "UNAVAILABLE")]
)
def test_gemini_errors(gemini, status, name):
    with pytest.raises(errors.APIError) as caught:
        gemini.models.generate_content(model="gemini-sim", contents=f"[[sim: status={status} retry-after=3]]")
    assert (caught.value.code, caught.value.status) == (status, name)
    assert caught.value.details["error"]["details"][0]["retryDelay"] == "3s"
    with pytest.raises(errors.APIError):
        list(gemini.models.generate_content_stream(model="gemini-sim", contents="[[sim: error-event-after=2]]"))


def test_gemini_wants_its_key(url):
    other = genai.Client(api_key="AIza-other", http_options=types.HttpOptions(base_url=url))
    with pytest.raises(errors.ClientError, match="API key not valid"):
        other.models.generate_content(model="gemini-sim", contents="hi")


def user(*blocks):
    return {"role": "user", "content": [{"text": block} if isinstance(block, str) else block for block in blocks]}


def gather(events):
    """A stream's blocks, put together; why it ended; its usage."""
    blocks, end, usage = {}, None, None
    for event in events:
        (name, said), = event.items()
        if name == "contentBlockStart":
            blocks[said["contentBlockIndex"]] = {"toolUse": said["start"]["toolUse"] | {"input": ""}}
        elif name == "contentBlockDelta":
            delta, at = said["delta"], said["contentBlockIndex"]
            if "text" in delta:
                blocks.setdefault(at, {"text": ""})["text"] += delta["text"]
            elif "toolUse" in delta:
                blocks[at]["toolUse"]["input"] += delta["toolUse"]["input"]
            elif "redactedContent" in delta["reasoningContent"]:
                blocks[at] = {"reasoningContent": delta["reasoningContent"]}
            else:
                inside = blocks.setdefault(at, {"reasoningContent": {"reasoningText": {"text": ""}}})
                inside = inside["reasoningContent"]["reasoningText"]
                for key, value in delta["reasoningContent"].items():
                    inside[key] = inside.get(key, "") + value
        elif name == "messageStop":
            end = said["stopReason"]
        elif name == "metadata":
            usage = said["usage"]
    for block in blocks.values():
        if "toolUse" in block:
            block["toolUse"]["input"] = json.loads(block["toolUse"]["input"])
    return [blocks[at] for at in sorted(blocks)], end, usage


@pytest.mark.parametrize("model", [CLAUDE, "amazon.nova-lite-v1:0"])
def test_bedrock(bedrock, model):
    ask = {
        "modelId": model, "messages": [user("hello [[sim: cached=7 utf8 split=5]]")],
        "system": [{"text": "be kind"}, {"cachePoint": {"type": "default"}}], "inferenceConfig": {"maxTokens": 500},
    }
    answer = bedrock.converse(**ask)
    text, usage = answer["output"]["message"]["content"][0]["text"], answer["usage"]
    assert "世界" in text and answer["stopReason"] == "end_turn"
    assert usage["cacheReadInputTokens"] == 7
    assert usage["totalTokens"] == usage["inputTokens"] + usage["outputTokens"] + 7
    blocks, end, told = gather(bedrock.converse_stream(**ask)["stream"])
    assert (blocks, end, told) == ([{"text": text}], "end_turn", usage)


@pytest.mark.parametrize("stream", [False, True])
def test_bedrock_calls_and_thoughts(bedrock, stream):
    def tool(name, schema):
        return {"toolSpec": {"name": name, "inputSchema": {"json": schema}}}

    more = {
        "modelId": CLAUDE, "toolConfig": {"tools": [tool("weather", WEATHER), tool("clock", CLOCK)]},
        "additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 1024}},
        "inferenceConfig": {"maxTokens": 2000},
    }
    question = user("go [[sim: parallel-tools thinking redacted]]")
    if stream:
        blocks, end, _ = gather(bedrock.converse_stream(messages=[question], **more)["stream"])
    else:
        answer = bedrock.converse(messages=[question], **more)
        blocks, end = answer["output"]["message"]["content"], answer["stopReason"]
    assert end == "tool_use"
    assert [list(block)[0] for block in blocks] == ["reasoningContent"] * 2 + ["toolUse"] * 2
    uses = [block["toolUse"] for block in blocks[2:]]
    assert [use["name"] for use in uses] == ["weather", "clock"] and uses[0]["input"]["city"]
    picture = {"image": {"format": "png", "source": {"bytes": PIXEL}}}
    results = [
        {"toolResult": {"toolUseId": use["toolUseId"], "content": [{"text": "22"}, picture], "status": "success"}}
        for use in uses
    ]
    history = [question, {"role": "assistant", "content": blocks}, user(*results)]
    again = bedrock.converse(messages=history, **more)
    assert again["output"]["message"]["content"][-1]["text"] == "The tool answered: 22"
    blocks[0]["reasoningContent"]["reasoningText"]["text"] += "!"
    with pytest.raises(bedrock.exceptions.ValidationException, match="Invalid `signature`"):
        bedrock.converse(messages=history, **more)


BEDROCK_ERRORS = [
    (400, "ValidationException"), (403, "AccessDeniedException"), (404, "ResourceNotFoundException"),
    (408, "ModelTimeoutException"), (424, "ModelErrorException"), (429, "ThrottlingException"),
    (500, "InternalServerException"), (503, "ServiceUnavailableException"),
]


@pytest.mark.parametrize("status,name", BEDROCK_ERRORS)
def test_bedrock_errors(bedrock, status, name):
    with pytest.raises(getattr(bedrock.exceptions, name)) as caught:
        bedrock.converse(modelId=CLAUDE, messages=[user(f"[[sim: status={status}]]")])
    told = caught.value.response
    assert told["ResponseMetadata"]["HTTPStatusCode"] == status
    assert told["Error"]["Message"] == f"simulated error {status}" and told["ResponseMetadata"]["RequestId"]


def test_bedrock_errors_within_streams(bedrock):
    stream = bedrock.converse_stream(modelId=CLAUDE, messages=[user("[[sim: tokens=9 error-event-after=3]]")])["stream"]
    with pytest.raises(botocore.exceptions.EventStreamError, match="throttlingException"):
        list(stream)


def test_bedrock_takes_only_its_own_signatures(url):
    ask = {"modelId": CLAUDE, "messages": [user("hi")]}
    assert aws(url, aws_session_token="token/with+signs=").converse(**ask)["stopReason"] == "end_turn"
    for wrong, name in [
        ({"aws_access_key_id": "AKIAOTHER"}, "UnrecognizedClientException"),
        ({"aws_secret_access_key": "other"}, "InvalidSignatureException"),
        ({"region_name": "eu-west-1"}, "InvalidSignatureException"),
    ]:
        with pytest.raises(botocore.exceptions.ClientError, match=name):
            aws(url, **wrong).converse(**ask)


def test_bedrock_models(url):
    keys = {"aws_access_key_id": "AKIASIM", "aws_secret_access_key": "sim-secret", "region_name": "us-east-1"}
    client = boto3.client("bedrock", endpoint_url=url, **keys)
    listed = client.list_foundation_models(byOutputModality="TEXT")["modelSummaries"]
    assert CLAUDE in [model["modelId"] for model in listed]


def test_azure(azure, url):
    ask = {"model": "gpt-sim", "messages": [{"role": "user", "content": "hello"}]}
    answer = azure.chat.completions.create(**ask)
    assert "You said: hello" in answer.choices[0].message.content and answer.model == "gpt-sim"
    chunks = list(azure.chat.completions.create(**ask, stream=True))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == answer.choices[0].message.content
    assert azure.embeddings.create(model="text-embedding-3-small", input="a").data[0].embedding
    assert "gpt-sim" in [model.id for model in azure.models.list()]
    newest = openai.OpenAI(base_url=url + "/openai/v1", api_key="none", default_headers={"api-key": "sk-sim-openai"})
    with pytest.raises(openai.BadRequestError, match="leaked header: authorization"):
        newest.responses.create(model="gpt-5", input="hello")


def test_azure_errors(azure, url):
    ask = {"messages": [{"role": "user", "content": "hello"}]}
    with pytest.raises(openai.NotFoundError) as caught:
        azure.chat.completions.create(model="nobody", **ask)
    assert caught.value.code == "DeploymentNotFound"
    other = openai.AzureOpenAI(azure_endpoint=url, api_key="other", api_version="2024-10-21", max_retries=0)
    with pytest.raises(openai.AuthenticationError) as caught:
        other.chat.completions.create(model="gpt-sim", **ask)
    assert caught.value.code == "401"
    with pytest.raises(openai.RateLimitError):
        azure.chat.completions.create(model="gpt-sim", messages=[{"role": "user", "content": "[[sim: status=429]]"}])
