"""Providers that speak one dialect each, so that every other client is converted, and the grid that is printed at the end."""

import collections
import pathlib
import sys

import pytest

for folder in (pathlib.Path(__file__).parent, pathlib.Path(__file__).parents[1] / "sdk_python"):
    sys.path.insert(0, str(folder))

from speakers import PROVIDERS, SAME, SPEAKERS  # noqa: E402

PAIRS = [(client, provider) for client in SPEAKERS for provider in PROVIDERS if client != provider and (client, provider) not in SAME]

_grid: dict = collections.defaultdict(dict)


@pytest.fixture(scope="session")
def stack(stack):
    for dialect, (kind, key, upstream, config) in PROVIDERS.items():
        address = {"config": config | {"endpoint": stack.simulator.url}} if kind == "bedrock" else {"config": config, "base_url": stack.simulator.url}
        stack.console.call("POST", "/api/admin/providers", {
            "name": f"only-{dialect}", "display_name": f"Only {dialect}", "provider_type": kind, "allow_private_network": True,
        } | address | ({"api_key": key} if key else {}))
        stack.console.call("POST", "/api/admin/models", {
            "model_id": f"on-{dialect}", "routes": [{"provider": f"only-{dialect}", "upstream_model": upstream}],
        })
    return stack


@pytest.fixture(params=PAIRS, ids=lambda pair: f"{pair[0]}-on-{pair[1]}")
def pair(request):
    return request.param


@pytest.fixture
def speaker(pair, stack, calls):
    return SPEAKERS[pair[0]](stack, calls.headers)


@pytest.fixture
def model(pair):
    return f"on-{pair[1]}"


@pytest.fixture(params=[False, True], ids=["json", "stream"])
def stream(request):
    return request.param


def pytest_runtest_logreport(report):
    if report.when == "call" or report.outcome == "failed":
        scenario, _, cell = report.nodeid.rpartition("::")[2].partition("[")
        _grid[scenario.removeprefix("test_")][cell.rstrip("]")] = report.outcome == "passed"


def pytest_terminal_summary(terminalreporter):
    """A table per client: a column for each provider."""
    write = terminalreporter.write_line
    marks = {True: "ok", False: "FAILED", None: "-"}
    for client in SPEAKERS:
        columns = [f"{client}-on-{provider}" for name, provider in PAIRS if name == client]
        write("")
        write(f"{'conversion (json/stream)':34}" + "".join(f"{column:>24}" for column in columns))
        for scenario, cells in _grid.items():
            if not any(column in name for name in cells for column in columns):
                continue

            def cell(column):
                own = {name: good for name, good in cells.items() if column in name}
                of = lambda form: [good for name, good in own.items() if form in name.split("-")]  # noqa: E731
                both = [marks[all(found) if found else None] for found in (of("json"), of("stream"))]
                return "/".join(both) if both != ["-", "-"] else marks[all(own.values()) if own else None]

            write(f"{scenario:34}" + "".join(f"{cell(column):>24}" for column in columns))
    agents = collections.defaultdict(list)
    for cell, good in _grid.get("agents", {}).items():
        agent, _, rest = cell.partition("-at-")
        agents[agent].append(f"{rest.replace('-', ' ')}: {marks[good]}")
    write("")
    write("agents, on a provider of another dialect: look at a file, edit it")
    for agent, cells in agents.items():
        write(f"{agent:34}" + ", ".join(cells))
