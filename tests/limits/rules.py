"""Keys with rules of their own, and reading how budgets stand."""

import uuid

from harness.calls import Calls
from harness.stack import Stack


class Limited:
    """A fresh key, whose rules no other test shares."""

    def __init__(self, stack: Stack):
        self.stack = stack
        made = stack.console.call("POST", "/api/keys", {"name": f"limited-{uuid.uuid4()}"}, expect=201)
        self.id, self.key = made["id"], made["key"]

    def rule(self, metric: str, max: int, window: str | None = "1m") -> None:
        rule(self.stack, "key", self.id, metric, max, window)

    def budget(self, unit: str, max: str, period: str = "monthly", hard: bool = True) -> None:
        self.stack.console.call("POST", f"/api/admin/limits/key/{self.id}/budgets", {"period": period, "unit": unit, "max": max, "hard": hard}, expect=201)

    def rotate(self) -> None:
        made = self.stack.console.call("POST", f"/api/keys/{self.id}/rotate", {})
        self.id, self.key = made["id"], made["key"]


def rule(stack: Stack, kind: str, subject: str, metric: str, max: int, window: str | None = "1m") -> None:
    """In force once this returns: a replica takes its own changes before it answers."""
    window = {"window": window} if window and metric != "concurrency" else {}
    stack.console.call("POST", f"/api/admin/limits/{kind}/{subject}/rules", {"metric": metric, "max": max} | window, expect=201)


def clients(stack: Stack, calls: Calls, key: str, retries: int = 2):
    """The official SDKs with this key, as they are by default."""
    import anthropic
    import openai

    options = {"max_retries": retries, "timeout": 30, "default_headers": calls.headers}
    return (
        openai.OpenAI(api_key=key, base_url=f"{stack.url}/v1", **options),
        anthropic.Anthropic(api_key=key, base_url=stack.url, **options),
    )
