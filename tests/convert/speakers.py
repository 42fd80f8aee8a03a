"""Each client's words for the same conversation, by its official SDK: what a scenario asks, and what came back."""

import base64
import dataclasses
import json

import anthropic
import openai
from google import genai
from google.genai import types

from harness.simulator import ANTHROPIC_KEY, OPENAI_KEY

PNG = "image/png"


@dataclasses.dataclass
class Reply:
    text: str
    calls: list[tuple[str, str, dict]]
    stop: str
    usage: dict
    thinking: str
    # What the SDK gave, to be sent back as it is.
    raw: object
    headers: dict


@dataclasses.dataclass
class Ask:
    """One request. `history` holds ("user", text), ("image", text, png), ("reply", Reply) and ("results", [(id, text, png or None)])."""

    model: str
    history: list
    system: str | None = None
    tools: list = dataclasses.field(default_factory=list)
    choice: str | None = None
    schema: dict | None = None
    thinking: bool = False
    max_tokens: int = 4000
    stream: bool = False
    headers: dict = dataclasses.field(default_factory=dict)
    more: dict = dataclasses.field(default_factory=dict)


class Chat:
    name = "chat"
    stops = {"stop": "end", "tool_calls": "tools", "length": "length"}

    def __init__(self, stack, headers):
        self.sdk = openai.OpenAI(api_key=stack.openai_key, base_url=f"{stack.url}/v1", max_retries=0, timeout=30, default_headers=headers)

    def body(self, ask: Ask) -> dict:
        messages = [{"role": "system", "content": ask.system}] if ask.system else []
        for turn in ask.history:
            match turn:
                case ("user", text):
                    messages.append({"role": "user", "content": text})
                case ("image", text, png):
                    image = {"type": "image_url", "image_url": {"url": f"data:{PNG};base64,{png}"}}
                    messages.append({"role": "user", "content": [{"type": "text", "text": text}, image]})
                case ("reply", reply):
                    messages.append(reply.raw.to_dict(mode="json", exclude_unset=True))
                case ("results", results):
                    messages += [{"role": "tool", "tool_call_id": id, "content": text} for id, text, _ in results]
        body = {"model": ask.model, "messages": messages, "max_completion_tokens": ask.max_tokens} | ask.more
        if ask.tools:
            body["tools"] = [{"type": "function", "function": {"name": n, "description": n, "parameters": s}} for n, s in ask.tools]
        if ask.choice:
            body["tool_choice"] = {"type": "function", "function": {"name": ask.choice}}
        if ask.schema:
            body["response_format"] = {"type": "json_schema", "json_schema": {"name": "answer", "schema": ask.schema, "strict": True}}
        if ask.thinking:
            body["reasoning_effort"] = "low"
        return body

    def say(self, ask: Ask) -> Reply:
        if ask.stream:
            with self.sdk.chat.completions.with_streaming_response.create(
                **self.body(ask), stream=True, stream_options={"include_usage": True}, extra_headers=ask.headers
            ) as response:
                headers = dict(response.headers)
                state = openai.lib.streaming.chat.ChatCompletionStreamState()
                reasoning, details, last = [], [], None
                for chunk in response.parse():
                    last = chunk
                    for choice in chunk.choices:
                        extra = choice.delta.model_extra or {}
                        reasoning.append(extra.get("reasoning_content") or "")
                        details += extra.get("reasoning_details") or []
                    state.handle_chunk(chunk)
                assert last is not None and last.usage is not None, "the last chunk tells the usage that was asked for"
                # Not `get_final_completion`: it refuses answers that stopped at a limit.
                final = state.current_completion_snapshot
                message = openai.types.chat.ChatCompletionMessage.model_validate(
                    final.choices[0].message.to_dict(mode="json")
                    | ({"reasoning_content": "".join(reasoning)} if any(reasoning) else {})
                    | ({"reasoning_details": details} if details else {})
                )
        else:
            raw = self.sdk.chat.completions.with_raw_response.create(**self.body(ask), extra_headers=ask.headers)
            headers, final = dict(raw.headers), raw.parse()
            message = final.choices[0].message
        calls = [(call.id, call.function.name, json.loads(call.function.arguments)) for call in message.tool_calls or []]
        usage, details = final.usage, final.usage.prompt_tokens_details
        cached = (details.cached_tokens or 0) if details else 0
        counts = {"input_tokens": usage.prompt_tokens - cached, "cache_read_tokens": cached, "output_tokens": usage.completion_tokens}
        thinking = (message.model_extra or {}).get("reasoning_content") or ""
        return Reply(message.content or "", calls, self.stops[final.choices[0].finish_reason], counts, thinking, message, headers)


class Messages:
    name = "messages"
    stops = {"end_turn": "end", "tool_use": "tools", "max_tokens": "length"}

    def __init__(self, stack, headers):
        self.sdk = anthropic.Anthropic(api_key=stack.anthropic_key, base_url=stack.url, max_retries=0, timeout=30, default_headers=headers)

    def body(self, ask: Ask) -> dict:
        messages = []
        image = lambda png: {"type": "image", "source": {"type": "base64", "media_type": PNG, "data": png}}  # noqa: E731
        for turn in ask.history:
            match turn:
                case ("user", text):
                    messages.append({"role": "user", "content": text})
                case ("image", text, png):
                    messages.append({"role": "user", "content": [{"type": "text", "text": text}, image(png)]})
                case ("reply", reply):
                    messages.append({"role": "assistant", "content": reply.raw})
                case ("results", results):
                    blocks = [
                        {"type": "tool_result", "tool_use_id": id, "content": [{"type": "text", "text": text}, *([image(png)] if png else [])]}
                        for id, text, png in results
                    ]
                    messages.append({"role": "user", "content": blocks})
        body = {"model": ask.model, "messages": messages, "max_tokens": ask.max_tokens} | ask.more
        if ask.system:
            body["system"] = [{"type": "text", "text": ask.system, "cache_control": {"type": "ephemeral"}}]
        if ask.tools:
            body["tools"] = [{"name": n, "description": n, "input_schema": s} for n, s in ask.tools]
        if ask.choice:
            body["tool_choice"] = {"type": "tool", "name": ask.choice}
        if ask.schema:
            body["output_config"] = {"format": {"type": "json_schema", "schema": ask.schema}}
        if ask.thinking:
            body["thinking"] = {"type": "enabled", "budget_tokens": 2000}
        return body

    def say(self, ask: Ask) -> Reply:
        if ask.stream:
            with self.sdk.messages.stream(**self.body(ask), extra_headers=ask.headers) as events:
                final, headers = events.get_final_message(), dict(events.response.headers)
        else:
            raw = self.sdk.messages.with_raw_response.create(**self.body(ask), extra_headers=ask.headers)
            final, headers = raw.parse(), dict(raw.headers)
        text = "".join(block.text for block in final.content if block.type == "text")
        calls = [(block.id, block.name, block.input) for block in final.content if block.type == "tool_use"]
        thinking = "".join(block.thinking for block in final.content if block.type == "thinking")
        counts = {
            "input_tokens": final.usage.input_tokens, "cache_read_tokens": final.usage.cache_read_input_tokens or 0,
            "output_tokens": final.usage.output_tokens,
        }
        return Reply(text, calls, self.stops[final.stop_reason], counts, thinking, final.content, headers)


class Responses:
    name = "responses"

    def __init__(self, stack, headers):
        self.sdk = openai.OpenAI(api_key=stack.openai_key, base_url=f"{stack.url}/v1", max_retries=0, timeout=30, default_headers=headers)

    def body(self, ask: Ask) -> dict:
        items = []
        image = lambda png: {"type": "input_image", "image_url": f"data:{PNG};base64,{png}", "detail": "auto"}  # noqa: E731
        for turn in ask.history:
            match turn:
                case ("user", text):
                    items.append({"role": "user", "content": text})
                case ("image", text, png):
                    items.append({"role": "user", "content": [{"type": "input_text", "text": text}, image(png)]})
                case ("reply", reply):
                    for item in reply.raw:
                        item = item.to_dict(mode="json", exclude_unset=True)
                        item.pop("parsed_arguments", None)
                        for part in item.get("content") or []:
                            part.pop("parsed", None)
                        items.append(item)
                case ("results", results):
                    for id, text, png in results:
                        output = [{"type": "input_text", "text": text}, image(png)] if png else text
                        items.append({"type": "function_call_output", "call_id": id, "output": output})
        body = {"model": ask.model, "input": items, "store": False, "max_output_tokens": ask.max_tokens} | ask.more
        if ask.system:
            body["instructions"] = ask.system
        if ask.tools:
            body["tools"] = [{"type": "function", "name": n, "description": n, "parameters": s, "strict": False} for n, s in ask.tools]
        if ask.choice:
            body["tool_choice"] = {"type": "function", "name": ask.choice}
        if ask.schema:
            body["text"] = {"format": {"type": "json_schema", "name": "answer", "schema": ask.schema, "strict": True}}
        if ask.thinking:
            body |= {"reasoning": {"effort": "low", "summary": "auto"}, "include": ["reasoning.encrypted_content"]}
        return body

    def say(self, ask: Ask) -> Reply:
        if ask.stream:
            with self.sdk.responses.stream(**self.body(ask), extra_headers=ask.headers) as events:
                # Codex builds its turn from these alone.
                items, final, headers = [], None, dict(events._response.headers)
                for event in events:
                    if event.type == "response.output_item.done":
                        items.append(event.item)
                    elif event.type in ("response.completed", "response.incomplete"):
                        final = event.response
            if final is None:
                raise RuntimeError("the stream did not end as it should")
            assert [item.id for item in items] == [item.id for item in final.output]
        else:
            raw = self.sdk.responses.with_raw_response.create(**self.body(ask), extra_headers=ask.headers)
            final, headers = raw.parse(), dict(raw.headers)
        calls = [(item.call_id, item.name, json.loads(item.arguments)) for item in final.output if item.type == "function_call"]
        thinking = "".join(part.text for item in final.output if item.type == "reasoning" for part in item.summary)
        stop = "tools" if calls else "end"
        if final.status == "incomplete":
            assert final.incomplete_details.reason == "max_output_tokens"
            stop = "length"
        cached = final.usage.input_tokens_details.cached_tokens
        counts = {"input_tokens": final.usage.input_tokens - cached, "cache_read_tokens": cached, "output_tokens": final.usage.output_tokens}
        return Reply(final.output_text, calls, stop, counts, thinking, final.output, headers)


class Gemini:
    name = "gemini"
    stops = {"STOP": "end", "MAX_TOKENS": "length"}

    def __init__(self, stack, headers):
        options = types.HttpOptions(base_url=stack.url, headers=headers, timeout=30_000)
        self.sdk = genai.Client(api_key=stack.openai_key, vertexai=False, http_options=options)

    def body(self, ask: Ask) -> dict:
        contents = []
        part = types.Part
        image = lambda png: part.from_bytes(data=base64.b64decode(png), mime_type=PNG)  # noqa: E731
        for turn in ask.history:
            match turn:
                case ("user", text):
                    contents.append(types.Content(role="user", parts=[part(text=text)]))
                case ("image", text, png):
                    contents.append(types.Content(role="user", parts=[part(text=text), image(png)]))
                case ("reply", reply):
                    contents.append(types.Content(role="model", parts=reply.raw))
                case ("results", results):
                    names = {id: name for kind, *rest in ask.history if kind == "reply" for id, name, _ in rest[0].calls}
                    parts = []
                    for id, text, png in results:
                        said = {"id": id, "name": names[id], "response": {"result": text}}
                        if png:
                            said["parts"] = [{"inline_data": {"mime_type": PNG, "data": base64.b64decode(png)}}]
                        parts.append(part(function_response=types.FunctionResponse(**said)))
                    contents.append(types.Content(role="user", parts=parts))
        config = {"max_output_tokens": ask.max_tokens, "automatic_function_calling": {"disable": True}} | ask.more
        if ask.system:
            config["system_instruction"] = ask.system
        if ask.tools:
            config["tools"] = [{"function_declarations": [{"name": n, "description": n, "parameters_json_schema": s} for n, s in ask.tools]}]
        if ask.choice:
            config["tool_config"] = {"function_calling_config": {"mode": "ANY", "allowed_function_names": [ask.choice]}}
        if ask.schema:
            config |= {"response_mime_type": "application/json", "response_json_schema": ask.schema}
        if ask.thinking:
            config["thinking_config"] = {"include_thoughts": True, "thinking_budget": 2000}
        if ask.headers:
            config["http_options"] = {"headers": ask.headers}
        return {"model": ask.model, "contents": contents, "config": config}

    def say(self, ask: Ask) -> Reply:
        if ask.stream:
            chunks = list(self.sdk.models.generate_content_stream(**self.body(ask)))
        else:
            chunks = [self.sdk.models.generate_content(**self.body(ask))]
        assert chunks, "a stream of nothing"
        last = chunks[-1]
        parts = [p for chunk in chunks for candidate in chunk.candidates or [] for p in (candidate.content and candidate.content.parts) or []]
        reason = next((c.finish_reason for chunk in reversed(chunks) for c in chunk.candidates or [] if c.finish_reason), None)
        if reason is None:
            raise RuntimeError("the stream did not end as it should")
        usage = last.usage_metadata
        cached = usage.cached_content_token_count or 0
        counts = {
            "input_tokens": usage.prompt_token_count - cached, "cache_read_tokens": cached,
            "output_tokens": (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0),
        }
        calls = [(p.function_call.id, p.function_call.name, dict(p.function_call.args or {})) for p in parts if p.function_call]
        text = "".join(p.text for p in parts if p.text and not p.thought)
        thinking = "".join(p.text for p in parts if p.text and p.thought)
        stop = "tools" if calls else self.stops[reason.value]
        headers = dict(last.sdk_http_response.headers or {}) if last.sdk_http_response else {}
        return Reply(text, calls, stop, counts, thinking, parts, headers)


SPEAKERS = {speaker.name: speaker for speaker in (Chat, Messages, Responses, Gemini)}


def is_image(text: bytes, png: str) -> bool:
    return png.encode() in text and len(base64.b64decode(png)) > 0

# Provider -> (provider type, its key, the upstream's model, its configuration).
AWS = {"region": "us-east-1", "access_key_id": "AKIASIM", "secret_access_key": "sim-secret"}
PROVIDERS = {
    "chat": ("custom", OPENAI_KEY, "gpt-sim", {"dialects": ["chat"]}),
    "messages": ("anthropic", ANTHROPIC_KEY, "claude-sim", {}),
    "responses": ("custom", OPENAI_KEY, "gpt-5", {"dialects": ["responses"]}),
    "gemini": ("google", "AIza-sim-google", "gemini-2.5-pro", {}),
    "bedrock": ("bedrock", None, "anthropic.claude-sonnet-4-5-20250929-v1:0", AWS),
    "azure": ("azure", OPENAI_KEY, "gpt-4o-mini", {"dialects": ["chat"]}),
}
# What a provider of a type speaks natively: no conversion.
SAME = {("chat", "azure")}
