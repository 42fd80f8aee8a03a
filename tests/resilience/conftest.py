"""Prints the table of faults at the end of the run."""

from fault_table import COLUMNS, ROWS


def pytest_terminal_summary(terminalreporter):
    if not ROWS:
        return
    terminalreporter.write_sep("-", "faults: what the caller gets (tries at the first route)")
    widths = [max(len(fault) for fault in ROWS), *(max([len(c), *(len(row.get(c, "")) for row in ROWS.values())]) for c in COLUMNS)]
    for cells in (["fault", *COLUMNS], *([fault, *(row.get(c, "-") for c in COLUMNS)] for fault, row in ROWS.items())):
        terminalreporter.write_line(" | ".join(cell.ljust(width) for cell, width in zip(cells, widths)))
