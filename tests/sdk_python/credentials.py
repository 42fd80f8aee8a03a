"""Which header carries the key."""

import anthropic


def only(header: str, value: str) -> dict:
    """Headers that carry a credential in this header alone. (The SDK of Anthropic sends `api_key` as a Bearer token.)"""
    return {"Authorization": anthropic.Omit()} | {header: value}
