"""Prints how limits and budgets held at the end of the run."""

from figures import COLUMNS, ROWS


def pytest_terminal_summary(terminalreporter):
    if not ROWS:
        return
    terminalreporter.write_sep("-", "a budget of 10 USD and a limit of 100 requests, a thousand callers, three replicas")
    widths = [max(len(column), *(len(row[column]) for row in ROWS)) for column in COLUMNS]
    for cells in (COLUMNS, *([row[column] for column in COLUMNS] for row in ROWS)):
        terminalreporter.write_line(" | ".join(cell.ljust(width) for cell, width in zip(cells, widths)))
