"""SDK clients that talk to the gateway, without retries: a test wants to see the first answer."""

import anthropic
import openai
import pytest
from credentials import only


@pytest.fixture
def chatgpt(stack, calls):
    with openai.OpenAI(api_key=stack.openai_key, base_url=f"{stack.url}/v1", max_retries=0, timeout=30, default_headers=calls.headers) as client:
        yield client


@pytest.fixture
def claude(stack, calls):
    # The simulated Anthropic, like the real one, takes keys in `x-api-key`; the gateway takes them in either.
    headers = calls.headers | (only("x-api-key", stack.anthropic_key) if stack.direct else {})
    with anthropic.Anthropic(api_key=stack.anthropic_key, base_url=stack.url, max_retries=0, timeout=30, default_headers=headers) as client:
        yield client
