"""Writes the generated part of docs/CONFIGURATION.md anew.

    python3 tests/docs/regenerate.py [path of the thinkwatch binary]
"""

import pathlib
import subprocess
import sys

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "CONFIGURATION.md"
BEGIN, END = "<!-- generated:begin -->\n", "<!-- generated:end -->\n"


def told(binary) -> str:
    """What `thinkwatch settings` prints, needing no data directory and no variable."""
    done = subprocess.run([str(binary), "settings"], capture_output=True, text=True, timeout=60, check=True, env={})
    return done.stdout.strip() + "\n"


def with_generated(page: str, generated: str) -> str:
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return before + BEGIN + generated + END + after


if __name__ == "__main__":
    binary = sys.argv[1] if len(sys.argv) > 1 else "thinkwatch"
    PAGE.write_text(with_generated(PAGE.read_text(), told(binary)))
