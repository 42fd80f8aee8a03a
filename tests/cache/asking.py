"""What the tests of this folder share: models that keep answers, calls by hand, and waiting until an answer is kept."""

import uuid

from lab import ask, model, within

from harness import raw

# An answer is put away beside its call. Asked so, no provider is reached while it is not there yet.
ONLY_KEPT = {"cache-control": "only-if-cached"}


def new_model(stack, ttl_s: int | None = 3600, provider: str = "house", upstream: str = "gpt-sim", **more) -> str:
    """A model that only this test calls."""
    return model(stack, f"kept-{uuid.uuid4().hex[:12]}", {"provider": provider, "upstream_model": upstream}, cache_ttl_s=ttl_s, **more)


def model_row(stack, name: str) -> dict:
    return next(item for item in stack.console.call("GET", "/api/admin/models")["items"] if item["model_id"] == name)


def told(answer: raw.Answer) -> str | None:
    assert answer.status == 200, answer
    return answer.headers.get("x-thinkwatch-cache")


def kept(stack, calls, endpoint: str, name: str, text: str = "hi", **more) -> raw.Answer:
    """The kept answer to this call, once it is there."""
    calls.headers |= ONLY_KEPT
    try:
        def found():
            answer = ask(stack, calls, endpoint, name, text, **more)
            return answer if answer.status == 200 else None

        answer = within(20, found, "the answer was not kept")
    finally:
        for header in ONLY_KEPT:
            del calls.headers[header]
    assert told(answer) == "HIT", answer.headers
    return answer


def asked_with(stack, calls, control: str, endpoint: str, name: str, text: str = "hi", **more) -> raw.Answer:
    """The same call with this `cache-control`."""
    calls.headers["cache-control"] = control
    try:
        return ask(stack, calls, endpoint, name, text, **more)
    finally:
        del calls.headers["cache-control"]
