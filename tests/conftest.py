"""Fixtures of all Python suites. `TW_TEST_DIRECT=1` leaves the gateway out (see tests/README.md)."""

import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from harness.calls import Calls  # noqa: E402
from harness.stack import Stack  # noqa: E402

# The SDKs take credentials and addresses from the environment too; only what a test gives may count.
for name in [name for name in os.environ if name.startswith(("ANTHROPIC_", "OPENAI_", "CLAUDE", "CODEX_"))]:
    del os.environ[name]

DIRECT = os.environ.get("TW_TEST_DIRECT") == "1"


def pytest_collection_modifyitems(config, items):
    """Without a gateway what only a gateway does is not tested: left out, not skipped."""
    if DIRECT:
        gone = [item for item in items if item.get_closest_marker("gateway")]
        config.hook.pytest_deselected(items=gone)
        items[:] = [item for item in items if item not in gone]


def pytest_configure(config):
    config.addinivalue_line("markers", "gateway: needs the gateway, means nothing against the simulator alone")


@pytest.fixture(scope="session")
def stack():
    stack = Stack(direct=DIRECT)
    yield stack
    stack.stop()


@pytest.fixture
def calls(stack):
    yield Calls(stack)
    if stack.gateway and not stack.gateway.alive():
        pytest.fail(f"the gateway died:\n{stack.gateway.tail()}")
