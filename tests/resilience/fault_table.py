"""The table of faults, as it was seen; `conftest.py` prints it at the end of the run."""

import collections

ROWS: dict[str, dict[str, str]] = collections.OrderedDict()
COLUMNS = ["JSON, alone", "JSON, two routes", "stream, alone", "stream, two routes"]


def note(fault: str, column: str, what: str) -> None:
    """One cell. Dialects that behave alike share it."""
    cells = ROWS.setdefault(fault, {})
    seen = cells.get(column)
    cells[column] = what if seen in (None, what) else " / ".join(sorted({*seen.split(" / "), what}))
