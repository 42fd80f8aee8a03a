"""What the faults did to limits and budgets, as it was seen; `conftest.py` prints it at the end of the run."""

ROWS: list[dict[str, str]] = []
COLUMNS = ["fault", "calls", "let in", "spent USD", "over the budget", "stated bound", "requests of 100", "503", "no answer", "seconds"]


def note(**cells) -> None:
    ROWS.append({name.replace("_", " "): str(value) for name, value in cells.items()})
