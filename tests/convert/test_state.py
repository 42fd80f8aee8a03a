"""Going on from an earlier response: kept by the provider where it keeps them, else by the gateway, and bound to the caller either way."""

import contextlib
import json
import secrets
import socket
import time

import openai
import pytest
from prompts import NAMES, SCHEMA
from speakers import PROVIDERS

from harness import raw
from harness.calls import Calls
from harness.postgres import Postgres
from harness.simulator import OPENAI_KEY
from harness.stack import Stack

TOOLS = [{"type": "function", "name": name, "description": name, "parameters": SCHEMA, "strict": False} for name in NAMES]
# What keeps nothing itself; `stateless` speaks Responses, but without a memory.
FORGETFUL = ["chat", "messages", "gemini", "bedrock", "stateless"]
MEMORIES = [*FORGETFUL, "responses"]
STRICT = {"x-thinkwatch-strict": "true"}
# What of an answer in Chat Completions has no word here.
OF_ANSWERS = {"system_fingerprint", "service_tier"}


def add_provider(stack, name: str, kind: str = "custom", url: str | None = None, key: str | None = OPENAI_KEY, upstream: str = "gpt-5", **config):
    url = url or stack.simulator.url
    place = {"config": config | {"endpoint": url}} if kind == "bedrock" else {"config": config, "base_url": url}
    stack.console.call("POST", "/api/admin/providers", {"name": name, "provider_type": kind, "allow_private_network": True} | place | ({"api_key": key} if key else {}))
    stack.console.call("POST", "/api/admin/models", {"model_id": name, "routes": [{"provider": name, "upstream_model": upstream}]})


@pytest.fixture(scope="module")
def forgetful(stack):
    """A server that speaks Responses and refuses to be asked for what it has forgotten."""
    simulator = stack.another_simulator("forgetful", responses_state=False)
    add_provider(stack, "on-stateless", url=simulator.url, dialects=["responses"], keeps_responses=False)
    return simulator


@pytest.fixture
def arrived(stack, forgetful, calls):
    """What reached the provider of a model since the test began."""
    mark = forgetful.mark()

    def arrived(model: str, count: int) -> list:
        if model != "on-stateless":
            return calls.reached(count)
        exchanges = forgetful.journal(mark)
        assert len(exchanges) == count and not any(e.refused or e.leaked for e in exchanges), [e.entry["refused"] for e in exchanges]
        return exchanges

    return arrived


def sdk(stack, calls=None, key: str | None = None) -> openai.OpenAI:
    headers = calls.headers if calls else {}
    return openai.OpenAI(api_key=key or stack.openai_key, base_url=f"{stack.url}/v1", max_retries=0, timeout=30, default_headers=headers)


def say(client, stream: bool, **body):
    if not stream:
        return client.responses.create(**body)
    with client.responses.stream(**body) as events:
        begun = final = None
        for event in events:
            if event.type == "response.created":
                begun = event.response
            elif event.type in ("response.completed", "response.incomplete"):
                final = event.response
    assert begun.id == final.id and begun.store == final.store and begun.previous_response_id == final.previous_response_id
    return final


def not_found(ask) -> dict:
    with pytest.raises(openai.NotFoundError) as caught:
        ask()
    return caught.value.body


def not_previous(client, model: str, id: str):
    error = not_found(lambda: client.responses.create(model=model, input="Go on.", previous_response_id=id))
    assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", "previous_response_id", "previous_response_not_found")
    assert error["message"].startswith(f"Previous response with id '{id}' not found.")


@pytest.mark.parametrize("stream", [False, True], ids=["json", "stream"])
@pytest.mark.parametrize("memory", MEMORIES)
def test_three_turns_with_tools(stack, arrived, calls, memory, stream):
    model, client = f"on-{memory}", sdk(stack, calls)
    more = {"extra_headers": STRICT} if not stream else {}
    first = say(client, stream, model=model, input="Remember apricot. [[sim: parallel-tools]]", instructions="Be brief.", tools=TOOLS, store=True, **more)
    wanted = [item for item in first.output if item.type == "function_call"]
    assert [call.name for call in wanted] == list(NAMES) and first.store and first.previous_response_id is None
    results = [{"type": "function_call_output", "call_id": call.call_id, "output": f"rain {n}"} for n, call in enumerate(wanted)]
    second = say(client, stream, model=model, input=results, tools=TOOLS, store=True, previous_response_id=first.id, **more)
    assert second.output_text.startswith("The tool answered: rain") and second.previous_response_id == first.id
    third = say(client, stream, model=model, input="And now?", store=True, previous_response_id=second.id, **more)
    assert "And now?" in third.output_text and third.previous_response_id == second.id and third.store
    assert len({first.id, second.id, third.id}) == 3

    one, two, three = arrived(model, 3)
    assert b"Be brief." in one.sent and b"Be brief." not in two.sent, "instructions are for one call"
    if memory == "responses":
        assert json.loads(three.sent) == {"input": "And now?", "model": "gpt-5", "previous_response_id": second.id, "store": True} | ({"stream": True} if stream else {})
        assert b"apricot" not in two.sent
    else:
        for said in (b"apricot", b"rain 0", b"rain 1", b"The tool answered", b"And now?"):
            assert said in three.sent, said
        assert b"previous_response_id" not in three.sent
        assert two.sent[: two.sent.index(b"apricot")].endswith(one.sent[one.sent.index(b"apricot") - 30 : one.sent.index(b"apricot")])
    for row in calls.records(3, outcome="ok", dialect="responses"):
        assert set(row["dropped_fields"]) <= OF_ANSWERS, row

    shown = client.responses.retrieve(third.id)
    assert shown.id == third.id and shown.output_text == third.output_text and shown.status == "completed"
    assert shown.previous_response_id == second.id
    items = list(client.responses.input_items.list(third.id, order="asc", limit=100))
    kinds = ["message", "function_call", "function_call", "function_call_output", "function_call_output", "message", "message"]
    assert [item.type for item in items] == kinds
    assert items[0].content[0].text.startswith("Remember apricot.") and items[-1].content[0].text == "And now?"
    newest = client.responses.input_items.list(third.id, limit=2)
    assert [item.id for item in newest.data] == [item.id for item in reversed(items)][:2] and newest.has_more
    with pytest.raises(openai.BadRequestError, match="Cannot cancel"):
        client.responses.cancel(third.id)
    client.responses.delete(third.id)
    assert not_found(lambda: client.responses.retrieve(third.id))["message"] == f"Response with id '{third.id}' not found."
    not_previous(client, model, third.id)
    # What came before it is still there.
    assert say(client, stream, model=model, input="Once more.", previous_response_id=second.id).previous_response_id == second.id
    rows = calls.records(11)
    wanted = {"responses": 5, "responses.get": 2, "responses.input_items": 2, "responses.cancel": 1, "responses.delete": 1}
    assert {name: sum(row["endpoint"] == name for row in rows) for name in wanted} == wanted
    assert all(row["output_tokens"] == 0 and row["model"] == model for row in rows if row["endpoint"] != "responses" and row["status_code"] == 200)


@pytest.mark.parametrize("memory", ["messages", "gemini", "bedrock", "stateless", "responses"])
def test_thinking_goes_on(stack, arrived, calls, memory):
    model, client = f"on-{memory}", sdk(stack, calls)
    think = {"model": model, "store": True, "reasoning": {"effort": "low", "summary": "auto"}, "max_output_tokens": 4000}
    first = client.responses.create(input="Think. [[sim: thinking]]", include=["reasoning.encrypted_content"], **think)
    assert [item.type for item in first.output][0] == "reasoning"
    client.responses.create(input="Go on.", previous_response_id=first.id, **think)
    # The simulators refuse a proof that is not their own.
    one, two = arrived(model, 2)
    proof = {"messages": b'"signature"', "bedrock": b'"signature"', "gemini": b'"thoughtSignature"', "stateless": b'"encrypted_content"'}
    assert memory == "responses" or proof[memory] in two.sent
    calls.records(2, outcome="ok")


def test_somebody_elses_is_unknown(stack, forgetful, calls):
    other = stack.console.call("POST", "/api/admin/users", {
        "email": f"other-{secrets.token_hex(4)}@example.com", "display_name": "Other", "password": "Other-pass-1", "roles": ["developer"],
    })
    console = type(stack.console)(stack.console.url)
    token = console.call("POST", "/api/auth/login", {"email": other["email"], "password": "Other-pass-1"})["access_token"]
    theirs, mine, again = sdk(stack, key=token), sdk(stack), sdk(stack, key=stack.key())
    narrow = sdk(stack, key=stack.key(allowed_models=["on-chat"]))
    for memory in ("messages", "responses"):
        model = f"on-{memory}"
        made = mine.responses.create(model=model, input="Mine.", store=True)
        not_previous(theirs, model, made.id)
        for ask in (theirs.responses.retrieve, theirs.responses.delete, theirs.responses.cancel, theirs.responses.input_items.list):
            assert not_found(lambda: ask(made.id))["message"] == f"Response with id '{made.id}' not found."
        # Another key of the same person may, if it may use the model.
        assert again.responses.retrieve(made.id).id == made.id
        assert again.responses.create(model=model, input="Go on.", previous_response_id=made.id).output_text
        with pytest.raises(openai.PermissionDeniedError):
            narrow.responses.retrieve(made.id)
    for odd in ("resp_nobody", "x" * 300, "../models", "%2e%2e"):
        not_previous(mine, "on-messages", odd) if len(odd) < 100 else None
        not_found(lambda: mine.responses.retrieve(odd))
    # Who is switched off loses it for good.
    made = theirs.responses.create(model="on-messages", input="Theirs.", store=True)
    for active in (False, True):
        stack.console.call("PATCH", f"/api/admin/users/{other['id']}", {"active": active})
    token = console.call("POST", "/api/auth/login", {"email": other["email"], "password": "Other-pass-1"})["access_token"]
    not_previous(sdk(stack, key=token), "on-messages", made.id)


@pytest.mark.parametrize("store", [None, False], ids=["absent", "false"])
def test_what_was_not_stored_is_unknown(stack, forgetful, calls, store):
    client = sdk(stack, calls)
    for memory in FORGETFUL if store is None else MEMORIES:
        made = client.responses.create(model=f"on-{memory}", input="Hi.", **({} if store is None else {"store": store}))
        assert memory in ("responses", "stateless") or made.store is False
        not_previous(client, f"on-{memory}", made.id)


def test_a_conversation_may_move_to_a_provider_that_keeps_none(stack, forgetful, calls):
    client = sdk(stack, calls)
    first = client.responses.create(model="on-messages", input="Remember plum.", store=True)
    for model in ("on-gemini", "on-chat", "on-responses", "on-stateless"):
        first = client.responses.create(model=model, input="Go on.", store=True, previous_response_id=first.id)
        shown = client.responses.input_items.list(first.id, order="asc").data if model != "on-responses" else []
        assert not shown or shown[0].content[0].text == "Remember plum."
        if model == "on-responses":
            # From here on the provider keeps it, so it goes on there and nowhere else.
            with pytest.raises(openai.BadRequestError) as caught:
                client.responses.create(model="on-stateless", input="Go on.", previous_response_id=first.id)
            assert caught.value.param == "previous_response_id" and caught.value.code == "previous_response_elsewhere"
            row = next(row for row in calls.records(5 + 2) if row["status_code"] == 400)
            assert row["error_class"] == "response_elsewhere" and row["plan_excluded"][0].endswith(":kept_elsewhere")
            break


def test_of_several_providers_the_one_that_keeps_it_is_asked(stack, calls):
    for name in ("first", "second"):
        add_provider(stack, f"two-{name}", dialects=["responses"])
    stack.console.call("POST", "/api/admin/models", {"model_id": "on-two", "routes": [
        {"provider": "two-first", "upstream_model": "gpt-sim", "priority": 1}, {"provider": "two-second", "upstream_model": "gpt-5", "priority": 2},
        {"provider": "only-messages", "upstream_model": "claude-sim", "priority": 0, "enabled": True},
    ]})
    client = sdk(stack, calls)
    stack.simulator.inject("status=529", 1, "claude-sim")
    stack.simulator.inject("status=529", 1, "gpt-sim")
    first = client.responses.create(model="on-two", input="One.")
    second = client.responses.create(model="on-two", input="Two.", previous_response_id=first.id)
    assert second.previous_response_id == first.id
    rows = calls.records(2, outcome="ok", provider="two-second")
    assert sorted(len(row["attempts"]) for row in rows) == [1, 3]
    assert sorted(why.rpartition(":")[2] for row in rows for why in row["plan_excluded"]) == ["kept_elsewhere", "kept_elsewhere"]
    # What only a provider with a memory can do goes to one.
    client.responses.create(model="on-two", input="Hi.", background=True)
    assert calls.records(3)[-1] and {row["provider"] for row in calls.records(3)} == {"two-first", "two-second"}


def test_what_needs_a_memory_of_the_provider_is_refused_without(stack, forgetful, calls):
    client = sdk(stack, calls)
    for memory in FORGETFUL:
        for field, value in (("background", True), ("conversation", "conv_1"), ("prompt", {"id": "pmpt_1"})):
            with pytest.raises(openai.BadRequestError) as caught:
                client.responses.create(model=f"on-{memory}", input="Hi.", **{field: value})
            assert caught.value.param == field and field in caught.value.message
    assert not calls.reached(0)
    for wrong in (7, "", ["resp_1"]):
        answer = raw.post(stack, "responses", json.dumps({"model": "on-messages", "input": "Hi.", "previous_response_id": wrong}).encode(), calls.headers)
        assert answer.status == 400 and json.loads(answer.body)["error"]["param"] == "previous_response_id"
    spelled = b'{"model":"on-messages","input":"Hi.","Previous_Response_ID":"resp_1"}'
    assert raw.post(stack, "responses", spelled, calls.headers).status == 400


def test_a_query_that_cannot_be_is_refused(stack, forgetful, calls):
    client = sdk(stack, calls)
    made = client.responses.create(model="on-messages", input="Hi.", store=True)
    for query in ("limit=0", "limit=x", "order=up", "after=msg_nobody"):
        with pytest.raises(openai.BadRequestError) as caught:
            client.get(f"/responses/{made.id}/input_items?{query}", cast_to=object)
        assert caught.value.param == query.partition("=")[0]
    for memory in ("messages", "responses"):
        made = client.responses.create(model=f"on-{memory}", input="Hi.", store=True)
        with pytest.raises(openai.BadRequestError, match="stream"):
            list(client.responses.retrieve(made.id, stream=True))


@pytest.mark.parametrize("memory", FORGETFUL)
def test_nothing_is_left_of_an_answer_that_failed_or_was_cut(stack, forgetful, calls, memory):
    model, client = f"on-{memory}", sdk(stack, calls)
    seen = []
    for directive in ("cut-after=5 tokens=30", "error-event-after=3 tokens=30"):
        with contextlib.suppress(openai.APIError, RuntimeError), client.responses.stream(model=model, input=f"[[sim: {directive}]]", store=True) as events:
            for event in events:
                if event.type == "response.created":
                    seen.append(event.response.id)
                assert event.type != "response.completed"
    # A client that leaves in the middle.
    sent = json.dumps({"model": model, "input": "[[sim: tokens=400 delay-ms=20]]", "stream": True, "store": True}).encode()
    head = f"POST /v1/responses HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {stack.openai_key}\r\nx-session-id: {calls.session}\r\ncontent-type: application/json\r\ncontent-length: {len(sent)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", stack.port), timeout=20) as wire:
        wire.sendall(head.encode() + sent)
        got = b""
        while got.count(b"output_text.delta") < 3:
            got += wire.recv(4096)
    seen.append(got.partition(b'"id":"resp_')[2].partition(b'"')[0].decode())
    seen[-1] = f"resp_{seen[-1]}"
    assert len(set(seen)) == 3
    calls.records(3)
    for id in seen:
        not_previous(client, model, id)
        not_found(lambda: client.responses.retrieve(id))


def test_it_survives_a_restart_and_expires():
    stack = Stack(environment={"THINKWATCH_SETTING_GATEWAY__RESPONSES__TTL_S": "3600"})
    try:
        add_provider(stack, "on-messages", "anthropic", key=PROVIDERS["messages"][1], upstream="claude-sim")
        client = sdk(stack)
        made = client.responses.create(model="on-messages", input="Remember cherry.", store=True)
        native = client.responses.create(model="house-mini", input="Remember fig.")
        assert stack.gateway.stop() == 0, stack.gateway.tail()
        files = [path for path in (stack.folder / "data").rglob("*") if path.is_file()]
        assert files and not any(b"cherry" in path.read_bytes() for path in files), "what was said is on the disk in the clear"
        stack.start()
        calls = Calls(stack)
        client = sdk(stack, calls)
        again = client.responses.create(model="on-messages", input="Go on.", store=True, previous_response_id=made.id)
        client.responses.create(model="house-mini", input="Go on.", previous_response_id=native.id)
        one, two = calls.reached(2)
        assert b"cherry" in one.sent and native.id.encode() in two.sent
        client.responses.delete(made.id)
        assert stack.gateway.stop() == 0, stack.gateway.tail()
        stack.environment |= {"THINKWATCH_SETTING_GATEWAY__RESPONSES__TTL_S": "1", "THINKWATCH_SETTING_GATEWAY__RESPONSES__BINDING_TTL_S": "1"}
        stack.start()
        client = sdk(stack)
        not_previous(client, "on-messages", made.id)
        assert client.responses.retrieve(again.id).id == again.id
        for model in ("on-messages", "house-mini"):
            made = client.responses.create(model=model, input="Hi.", store=True)
            deadline = time.monotonic() + 20
            while True:
                try:
                    client.responses.retrieve(made.id)
                except openai.NotFoundError:
                    break
                assert time.monotonic() < deadline, "it does not expire"
                time.sleep(0.1)
            not_previous(client, model, made.id)
    finally:
        stack.stop()


def test_the_setting_says_what_is_kept():
    setting = "THINKWATCH_SETTING_GATEWAY__RESPONSES__STATE"
    stack = Stack(environment={setting: "always", "THINKWATCH_SETTING_GATEWAY__RESPONSES__MAX_BYTES": "20000"})
    try:
        add_provider(stack, "on-messages", "anthropic", key=PROVIDERS["messages"][1], upstream="claude-sim")
        client = sdk(stack)
        made = client.responses.create(model="on-messages", input="Remember date.")
        assert made.store
        assert client.responses.create(model="on-messages", input="Go on.", previous_response_id=made.id).store
        assert not (unkept := client.responses.create(model="on-messages", input="Hi.", store=False)).store
        not_previous(client, "on-messages", unkept.id)
        # Too large: refused where the client insists, else answered and not kept.
        large = "word " * 5000
        with pytest.raises(openai.APIStatusError) as caught:
            client.responses.create(model="on-messages", input=large, store=True)
        assert caught.value.status_code == 413 and caught.value.param == "store" and "20000" in caught.value.message
        unkept = client.responses.create(model="on-messages", input=large)
        assert unkept.store is False
        not_previous(client, "on-messages", unkept.id)
        assert stack.gateway.stop() == 0, stack.gateway.tail()

        stack.environment[setting] = "off"
        stack.start()
        calls = Calls(stack)
        answer = sdk(stack, calls).responses.with_raw_response.create(model="on-messages", input="Hi.", store=True)
        assert answer.parse().store is False and answer.headers["x-thinkwatch-dropped"] == "store"
        calls.record(dropped_fields=["store"])
        client = sdk(stack)
        with pytest.raises(openai.BadRequestError) as caught:
            client.responses.create(model="on-messages", input="Hi.", store=True, extra_headers=STRICT)
        assert caught.value.param == "store"
        with pytest.raises(openai.BadRequestError) as caught:
            client.responses.create(model="on-messages", input="Go on.", previous_response_id=answer.parse().id)
        assert caught.value.param == "previous_response_id" and "keep none" in caught.value.message
        # Providers that keep them do so whatever the setting says.
        made = client.responses.create(model="house-mini", input="Hi.")
        assert client.responses.create(model="house-mini", input="Go on.", previous_response_id=made.id).previous_response_id == made.id
    finally:
        stack.stop()


def test_while_the_store_is_away_what_is_known_goes_on():
    server = Postgres()
    stack = None
    try:
        kept = {"JWT_SECRET": secrets.token_urlsafe(40), "ENCRYPTION_KEY": secrets.token_hex(32)}
        stack = Stack(environment=kept | {"DATABASE_URL": server.database("state"), "THINKWATCH_SETTING_GATEWAY__RESPONSES__MEMORY_BYTES": "1048576"})
        add_provider(stack, "on-messages", "anthropic", key=PROVIDERS["messages"][1], upstream="claude-sim")
        client = sdk(stack)
        first = client.responses.create(model="on-messages", input="Remember quince.", store=True)
        server.stop()
        second = client.responses.create(model="on-messages", input="Go on.", store=True, previous_response_id=first.id)
        native = client.responses.create(model="house-mini", input="Hi.")
        with pytest.raises(openai.InternalServerError) as caught:
            client.responses.create(model="on-messages", input="Hi.", previous_response_id="resp_unknown")
        assert caught.value.status_code == 503 and caught.value.response.headers["retry-after"] == "1"
        # What waits to be written has a bound; beyond it nobody is promised anything.
        large = "word " * 30_000
        refused = None
        for _ in range(12):
            try:
                client.responses.create(model="on-messages", input=large, store=True)
            except openai.InternalServerError as error:
                refused = error
                break
        assert refused is not None and refused.status_code == 503 and refused.param == "store"
        assert client.responses.create(model="on-messages", input=large).store is False
        server.start()
        # The rest is written when the store is there again, and is known to another process.
        assert stack.gateway.stop() == 0, stack.gateway.tail()
        stack.start()
        client = sdk(stack)
        assert client.responses.retrieve(second.id).id == second.id
        assert client.responses.create(model="house-mini", input="Go on.", previous_response_id=native.id).output_text
        stack.environment |= {"ENCRYPTION_KEY": secrets.token_hex(32), "ENCRYPTION_KEY_PREVIOUS": kept["ENCRYPTION_KEY"]}
        assert stack.gateway.stop() == 0, stack.gateway.tail()
        stack.start()
        calls = Calls(stack)
        sdk(stack, calls).responses.create(model="on-messages", input="Once more.", previous_response_id=second.id)
        assert b"quince" in calls.reached()[0].sent
    finally:
        if server.child.poll() is not None:
            server.start()
        if stack:
            stack.stop()
        server.remove()
