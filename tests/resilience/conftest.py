"""Prints the table of faults at the end of the run; an outage that takes its time goes on beside the other tests."""

import pytest
from fault_table import COLUMNS, ROWS
from outage import Outage


def pytest_collection_modifyitems(items):
    """Who waits for the outage comes last."""
    items.sort(key=lambda item: "outage" in item.fixturenames)


@pytest.fixture(scope="session")
def outage(pytestconfig):
    return pytestconfig.outage


def pytest_collection_finish(session):
    """It begins with the first test."""
    if any("outage" in item.fixturenames for item in session.items) and not session.config.option.collectonly:
        session.config.outage = Outage()
        session.config.outage.start()


def pytest_sessionfinish(session):
    if hasattr(session.config, "outage"):
        session.config.outage.stop()


def pytest_terminal_summary(terminalreporter):
    if not ROWS:
        return
    terminalreporter.write_sep("-", "faults: what the caller gets (tries at the first route)")
    widths = [max(len(fault) for fault in ROWS), *(max([len(c), *(len(row.get(c, "")) for row in ROWS.values())]) for c in COLUMNS)]
    for cells in (["fault", *COLUMNS], *([fault, *(row.get(c, "-") for c in COLUMNS)] for fault, row in ROWS.items())):
        terminalreporter.write_line(" | ".join(cell.ljust(width) for cell, width in zip(cells, widths)))
