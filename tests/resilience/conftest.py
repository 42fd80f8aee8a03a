"""The table of faults, printed at the end of the run."""

import collections

ROWS: dict[str, dict[str, str]] = collections.OrderedDict()
COLUMNS = ["JSON, alone", "JSON, two routes", "stream, alone", "stream, two routes"]


def note(fault: str, column: str, what: str) -> None:
    """One cell. Dialects that behave alike share it."""
    cells = ROWS.setdefault(fault, {})
    seen = cells.get(column)
    cells[column] = what if seen in (None, what) else " / ".join(sorted({*seen.split(" / "), what}))


def pytest_terminal_summary(terminalreporter):
    if not ROWS:
        return
    terminalreporter.write_sep("-", "faults: what the caller gets (tries at the first route)")
    widths = [max(len(fault) for fault in ROWS), *(max([len(c), *(len(row.get(c, "")) for row in ROWS.values())]) for c in COLUMNS)]
    for cells in (["fault", *COLUMNS], *([fault, *(row.get(c, "-") for c in COLUMNS)] for fault, row in ROWS.items())):
        terminalreporter.write_line(" | ".join(cell.ljust(width) for cell, width in zip(cells, widths)))
