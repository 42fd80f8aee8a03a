"""A gateway with two simulated providers, and reading what clients of each dialect get."""

import json

from lab import ask, model, provider  # noqa: F401

from harness.stack import Stack

ENDPOINTS = ["chat", "responses", "messages"]
UPSTREAM = {"chat": "gpt-sim", "responses": "gpt-sim", "messages": "claude-sim"}
LONG = " ".join("word" if place == 0 else f"word{place}" for place in range(30))


def two_providers(**settings) -> Stack:
    """`alone-<endpoint>` has one route, `both-<endpoint>` two."""
    settings = {"RETRY__MAX": 2} | settings
    stack = Stack(environment={f"THINKWATCH_SETTING_GATEWAY__{name}": str(value) for name, value in settings.items()})
    stack.second = stack.another_simulator("second")
    for anthropic in (False, True):
        end = "-messages" if anthropic else ""
        provider(stack, f"first{end}", stack.simulator, anthropic)
        provider(stack, f"second{end}", stack.second, anthropic)
    for endpoint in ENDPOINTS:
        end = "-messages" if endpoint == "messages" else ""
        routes = [{"provider": name + end, "upstream_model": UPSTREAM[endpoint], "priority": place} for place, name in enumerate(("first", "second"))]
        model(stack, f"alone-{endpoint}", routes[0])
        model(stack, f"both-{endpoint}", *routes)
    return stack


def clear(stack: Stack) -> None:
    for simulator in (stack.simulator, stack.second):
        simulator.inject("silent", count=0)


def events(answer) -> list[dict]:
    lines = (line.removeprefix("data:").strip() for line in answer.body.decode().splitlines() if line.startswith("data:"))
    return [json.loads(line) for line in lines if line not in ("", "[DONE]")]


def text(endpoint: str, answer, stream: bool) -> str:
    """All text of an answer, also of one that broke off."""
    if not stream:
        body = json.loads(answer.body)
        if endpoint == "chat":
            return body["choices"][0]["message"]["content"]
        if endpoint == "messages":
            return "".join(block.get("text", "") for block in body["content"])
        return "".join(part["text"] for item in body["output"] if item["type"] == "message" for part in item["content"])
    said = ""
    for event in events(answer):
        if endpoint == "chat":
            said += "".join(choice["delta"].get("content") or "" for choice in event.get("choices", []))
        elif endpoint == "messages":
            said += event.get("delta", {}).get("text", "") if event["type"] == "content_block_delta" else ""
        else:
            said += event["delta"] if event["type"] == "response.output_text.delta" else ""
    return said


def failed(endpoint: str, answer) -> str | None:
    """The code of the error that ends a stream, if one does."""
    last = events(answer)[-1]
    if endpoint == "responses":
        return last["response"]["error"]["code"] if last["type"] == "response.failed" else None
    if endpoint == "messages":
        return last["error"]["type"] if last["type"] == "error" else None
    return (last["error"].get("code") or last["error"]["type"]) if "error" in last else None
