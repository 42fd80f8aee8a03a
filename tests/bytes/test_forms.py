"""Forms and sounds: what reaches the provider is what was sent, except the model's name; sound flows as it comes."""

import base64
import email.parser
import email.policy
import http.client
import json

import pytest

from harness import raw

PATHS = {
    "transcriptions": "/v1/audio/transcriptions", "translations": "/v1/audio/translations", "edits": "/v1/images/edits",
    "variations": "/v1/images/variations",
}
MODELS = {"transcriptions": "house-transcribe", "translations": "house-whisper", "edits": "house-image", "variations": "house-old-image"}
UPSTREAM = {"transcriptions": "gpt-4o-transcribe", "translations": "whisper-1", "edits": "gpt-image-1.5", "variations": "dall-e-2"}
FILE = {"transcriptions": "file", "translations": "file", "edits": "image", "variations": "image"}
NOISE = bytes(range(256)) + b"\r\n\r\n-- x--x \r\nname=\"model\"\r\nMODEL\r\n\n\r--"


def field(name: str, value: bytes) -> bytes:
    return f'Content-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value


def a_file(name: str, value: bytes) -> bytes:
    return f'Content-Disposition: form-data; name="{name}"; filename="é model.bin"\r\nContent-Type: application/octet-stream\r\n\r\n'.encode() + value


def form(boundary: str, parts: list[bytes]) -> bytes:
    return b"".join(f"--{boundary}\r\n".encode() + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()


def sent(endpoint: str, model: bytes, boundary: str = "x-7MA4YWxkTrZu0gW", noise: bytes = NOISE) -> bytes:
    parts = [a_file(FILE[endpoint], noise), field("model", model), field("prompt", b"MODEL \"model\" \xc3\xa9")]
    return form(boundary, parts)


def labelled(boundary: str = "x-7MA4YWxkTrZu0gW") -> dict:
    return {"content-type": f"multipart/form-data; boundary={boundary}"}


def ask(stack, calls, endpoint: str, body, headers: dict | None = None, **more) -> raw.Answer:
    return raw.post(stack, "chat", body, calls.headers | labelled() | (headers or {}), path=PATHS[endpoint], **more)


@pytest.mark.parametrize("endpoint", list(PATHS))
def test_bytes_of_forms_are_kept(stack, calls, endpoint):
    ours = stack.model(MODELS[endpoint]).encode()
    answer = ask(stack, calls, endpoint, sent(endpoint, ours))
    assert answer.status == 200, answer
    (reached,) = calls.reached()
    assert reached.sent == sent(endpoint, UPSTREAM[endpoint].encode())
    assert reached.header("content-type") == labelled()["content-type"] and reached.target == PATHS[endpoint]
    assert answer.body == reached.answered
    # A reader of another make finds the same parts.
    whole = b"content-type: " + reached.header("content-type").encode() + b"\r\n\r\n" + reached.sent
    parts = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(whole).get_payload()
    names = [part.get_param("name", header="content-disposition") for part in parts]
    assert names == [FILE[endpoint], "model", "prompt"] and parts[1].get_content().strip() == UPSTREAM[endpoint]
    calls.record()


@pytest.mark.gateway
@pytest.mark.parametrize("path", ["/audio/transcriptions", "/v1/v1/audio/transcriptions", "/v1/audio/transcriptions/"])
def test_forms_on_other_base_addresses_in_pieces(stack, calls, path):
    body = sent("transcriptions", b"house-transcribe", noise=NOISE * 4000)
    pieces = (body[at : at + 60_001] for at in range(0, len(body), 60_001))
    answer = raw.post(stack, "chat", pieces, calls.headers | labelled(), path=path)
    assert answer.status == 200, answer
    assert calls.reached()[0].sent == sent("transcriptions", b"gpt-4o-transcribe", noise=NOISE * 4000)
    calls.record(request_bytes=len(body))


M, F = field("model", b"house-transcribe"), a_file("file", b"x")
WRONG = {
    "no model": ("model", form("b", [F])),
    "two models": ("model", form("b", [M, F, M])),
    "a model in another spelling": ("model", form("b", [M, F, field("Model", b"m")])),
    "a model that is a file": ("model", form("b", [a_file("model", b"house-transcribe"), F])),
    "an empty model": ("model", form("b", [field("model", b""), F])),
    "a model that is not UTF-8": ("model", form("b", [field("model", b"\xff"), F])),
    "no such model": ("model", form("b", [field("model", b"nobody"), F])),
    "no file": ("file", form("b", [M])),
    "no flag": ("stream", form("b", [M, F, field("stream", b"perhaps")])),
    "nothing": (None, b""),
    "no boundary in it": (None, b"model=house-transcribe"),
    "cut": (None, form("b", [M, F])[:-6]),
    "something behind": (None, form("b", [M, F]) + form("b", [field("model", b"other")])),
    "bare line feeds": (None, form("b", [M, F]).replace(b"\r\n", b"\n")),
    "a boundary after a bare line feed": (None, form("b", [M, field("x", b"y\n--b\r\n" + field("model", b"other")), F])),
    "an encoded part": (None, form("b", [M.replace(b"\r\n\r\n", b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"), F])),
    "a part without a name": (None, form("b", [M, F, b"X-Y: z\r\n\r\nv"])),
    "257 parts": (None, form("b", [field("x", b"y")] * 255 + [M, F])),
    "headers without end": (None, form("b", [M, F, b"X-Y: " + b"z" * 20_000 + b"\r\n\r\nv"])),
}


@pytest.mark.gateway
@pytest.mark.parametrize("name", list(WRONG))
def test_forms_that_are_wrong(stack, calls, name):
    param, body = WRONG[name]
    answer = ask(stack, calls, "transcriptions", body, labelled("b"))
    error = json.loads(answer.body)["error"]
    assert (answer.status, error["param"], error["type"]) == (404 if name == "no such model" else 400, param, "invalid_request_error"), error
    assert error["message"] and error["code"]
    calls.reached(0)
    calls.record("client_error", answer.status)


@pytest.mark.gateway
@pytest.mark.parametrize("kind", [
    "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=b; boundary=c", f"multipart/form-data; boundary={'b' * 71}",
    "multipart/mixed; boundary=b", "application/x-www-form-urlencoded",
])
def test_forms_that_are_labelled_wrongly(stack, calls, kind):
    answer = ask(stack, calls, "transcriptions", form("b", [M, F]), {"content-type": kind})
    assert answer.status == 400 and json.loads(answer.body)["error"]["message"], answer
    calls.reached(0)


def speech(stack, calls, said: str):
    """The answer, with its body not yet read, and its connection."""
    body = json.dumps({"model": "house-speech", "voice": "coral", "input": said})
    connection = http.client.HTTPConnection("127.0.0.1", int(stack.url.rsplit(":", 1)[1]), timeout=30)
    connection.request("POST", "/v1/audio/speech", body, calls.headers | raw.credential(stack, "chat") | {"content-type": "application/json"})
    return connection.getresponse(), connection


@pytest.mark.gateway
def test_sound_flows_while_the_provider_still_speaks_and_stops_when_the_client_leaves(stack, calls):
    answer, connection = speech(stack, calls, "[[sim: stall-after=3]]")
    assert answer.headers["content-type"] == "audio/mpeg"
    # All but the last byte: that one leaves when the record is closed, and it is not known yet whether it is the last.
    assert answer.read(3 * 1024 - 1) == bytes(n * 7 % 256 for n in range(3 * 1024 - 1))
    answer.close()
    connection.close()
    stack.simulator.wait_until(lambda exchange: exchange.disconnected_us, calls.mark, seconds=10)
    calls.record("cancelled", 200, endpoint="audio.speech", output_tokens=0)


@pytest.mark.gateway
def test_sound_that_breaks_off_is_not_taken_for_whole(stack, calls):
    # Where all of it comes at once, not even its head may have left.
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        answer, _ = speech(stack, calls, "[[sim: cut-after=3]]")
        answer.read()
    calls.record("upstream_error", 200, error_class="broken")


@pytest.mark.gateway
def test_pictures_too_large_to_hold_flow_and_are_counted(stack, calls):
    # Not compared with the journal, which is slow to tell of so much.
    body = {"model": "house-image", "prompt": "[[sim: big-answer=3400000]]", "n": 2}
    answer = raw.post(stack, "chat", json.dumps(body).encode(), calls.headers, path="/v1/images/generations", timeout=60)
    assert answer.status == 200 and len(answer.body) > 8 << 20
    told = json.loads(answer.body)
    assert [base64.b64decode(image["b64_json"]).count(b"x") for image in told["data"]] == [3_400_000] * 2
    calls.record(image_units=2, input_tokens=told["usage"]["input_tokens"], output_tokens=200, usage_estimated=False)


@pytest.fixture(scope="module")
def others(stack):
    """Providers of other types, and models that lead there."""
    from harness.simulator import ANTHROPIC_KEY, OPENAI_KEY

    url = stack.simulator.url
    made = [
        ("p-azure", "azure", OPENAI_KEY, url, {}), ("p-azure-v1", "azure", OPENAI_KEY, url, {"config": {"api_version": "v1"}}),
        ("p-anthropic", "anthropic", ANTHROPIC_KEY, url, {}), ("p-dead", "custom", OPENAI_KEY, "http://127.0.0.1:9", {}),
    ]
    for name, kind, key, address, more in made:
        stack.console.call("POST", "/api/admin/providers", {
            "name": name, "display_name": name, "provider_type": kind, "base_url": address, "api_key": key, "allow_private_network": True,
        } | more)

    def model(name: str, *routes: tuple[str, str]) -> None:
        stack.console.call("POST", "/api/admin/models", {
            "model_id": name, "routes": [{"provider": p, "upstream_model": m, "priority": n} for n, (p, m) in enumerate(routes)],
        })

    for azure in ("p-azure", "p-azure-v1"):
        for upstream in ("gpt-4o-transcribe", "gpt-4o-mini-tts", "gpt-image-1.5", "gpt-3.5-turbo-instruct", "dall-e-2"):
            model(f"{azure}/{upstream}", (azure, upstream))
    model("words-only", ("p-anthropic", "claude-sim"))
    model("second-try", ("p-dead", "gpt-4o-transcribe"), ("passing", "gpt-4o-transcribe"))


@pytest.mark.gateway
@pytest.mark.usefixtures("others")
@pytest.mark.parametrize("azure", ["p-azure", "p-azure-v1"])
def test_azure_has_its_own_addresses(stack, calls, azure):
    def url(upstream: str, path: str) -> str:
        dated = f"/openai/deployments/{upstream}/{path}?api-version=2024-10-21"
        return dated if azure == "p-azure" else f"/openai/v1/{path}"

    says = {
        "audio/speech": ("gpt-4o-mini-tts", {"voice": "coral", "input": "hi"}), "images/generations": ("gpt-image-1.5", {"prompt": "p"}),
        "completions": ("gpt-3.5-turbo-instruct", {"prompt": "p"}),
    }
    for path, (upstream, asked) in says.items():
        body = json.dumps({"model": f"{azure}/{upstream}"} | asked).encode()
        assert raw.post(stack, "chat", body, calls.headers, path=f"/v1/{path}").status == 200
    for path, upstream, file in (("audio/transcriptions", "gpt-4o-transcribe", "file"), ("images/edits", "gpt-image-1.5", "image")):
        body = form("b", [a_file(file, b"x"), field("model", f"{azure}/{upstream}".encode()), field("prompt", b"p")])
        assert raw.post(stack, "chat", body, calls.headers | labelled("b"), path=f"/v1/{path}").status == 200
    expected = [url(upstream, path) for path, (upstream, _) in says.items()]
    expected += [url("gpt-4o-transcribe", "audio/transcriptions"), url("gpt-image-1.5", "images/edits")]
    assert [exchange.target for exchange in calls.reached(5)] == expected
    calls.records(5, outcome="ok", provider=azure)


@pytest.mark.gateway
@pytest.mark.usefixtures("others")
@pytest.mark.parametrize(("path", "model", "why"), [
    ("rerank", "words-only", "dialect"), ("rerank", "p-azure/dall-e-2", "dialect"), ("moderations", "p-azure/dall-e-2", "dialect"),
    ("images/variations", "p-azure/dall-e-2", "endpoint"), ("completions", "words-only", "dialect"),
])
def test_a_provider_without_the_endpoint_is_named_so(stack, calls, path, model, why):
    asked = {"model": model, "input": "x", "query": "q", "documents": ["d"], "prompt": "p"}
    answer = raw.post(stack, "chat", json.dumps(asked).encode(), calls.headers, path=f"/v1/{path}")
    error = json.loads(answer.body)["error"]
    assert (answer.status, error["param"], error["code"]) == (404, "model", "model_not_found"), error
    assert f"`{model}`" in error["message"] and f"`{path}`" in error["message"]
    calls.reached(0)
    row = calls.record("client_error", 404, error_class="no_route", endpoint=path.replace("/", "."))
    assert [left_out.rpartition(":")[2] for left_out in row["plan_excluded"]] == [why]


@pytest.mark.gateway
@pytest.mark.usefixtures("others")
def test_a_form_goes_to_the_next_provider_whole(stack, calls):
    body = sent("transcriptions", b"second-try")
    assert ask(stack, calls, "transcriptions", body).status == 200
    assert calls.reached()[0].sent == sent("transcriptions", b"gpt-4o-transcribe")
    assert len(calls.record(provider="passing")["attempts"]) == 2


@pytest.mark.gateway
def test_a_key_that_may_not_use_the_model(stack, calls):
    narrow = {"authorization": f"Bearer {stack.key(allowed_models=['house-whisper'])}"}
    assert ask(stack, calls, "transcriptions", sent("transcriptions", b"house-transcribe"), narrow).status == 403
    assert ask(stack, calls, "transcriptions", sent("transcriptions", b"house-whisper"), narrow).status == 200
    calls.reached(1)
    calls.records(2)
