"""Told to stop, it lets streams end; started with much to catch up, it serves at once and catches up exactly."""

import contextlib
import decimal
import json
import os
import sqlite3
import subprocess
import time

from harness import raw
from harness.stack import binaries

from evidence import Witness, gather, judge
from load import Load, Wish
from stand import caught_up, standing, until

BACKLOG_MB = int(os.environ.get("TW_FAULT_BACKLOG_MB") or 200)


def long_stream(dice):
    return Wish(dice.choice(("chat", "messages", "responses")), True, f"tokens={dice.randrange(60, 100)} delay-ms=20")


def test_streams_end_when_it_is_told_to_stop(capsys):
    with standing() as stand:
        witness = Witness(stand.simulator)
        load = Load(stand.port, stand.openai_key, 40, 1, draw=long_stream, most=40).start()
        until(lambda: len(witness.reached()) == 40, "all streams to begin")
        began = time.monotonic()
        code = stand.terminate()
        took = time.monotonic() - began
        load.wait()
        assert code == 0, stand.gateway.tail()
        assert all(call.terminal for call in load.calls), [(c.tag, c.ended_by, bytes(c.body[-80:])) for c in load.calls if not c.terminal]
        stand.start()
        verdict = judge(gather(stand, witness, load.calls))
        with capsys.disabled():
            print(f"\nSIGTERM during 40 streams: they ended, exit code {code} after {took:.1f} s: {verdict}")
        assert verdict.clean and verdict.figures["ok"] == 40, verdict


def test_it_serves_while_consumers_catch_up(capsys):
    with standing() as stand:
        call(stand)
        assert stand.terminate() == 0
        command = [str(binaries() / "examples" / "backlog"), str(stand.spool), str(BACKLOG_MB)]
        filled = subprocess.run(command, capture_output=True, text=True, timeout=100)
        assert filled.returncode == 0, filled.stderr
        written = json.loads(filled.stdout)
        began = time.monotonic()
        ready = stand.start()
        slowest = max(call(stand) for _ in range(20))
        # Else it has not served meanwhile.
        assert not caught_up(stand)
        until(lambda: caught_up(stand), "the consumers to catch up", 100)
        took = time.monotonic() - began
        with capsys.disabled():
            print(
                f"\n{written['bytes'] >> 20} MB of spool ({written['calls']} calls) to catch up: ready after {ready * 1000:.0f} ms, "
                f"calls meanwhile took at most {slowest * 1000:.0f} ms, caught up after {took:.1f} s"
            )
        stand.console.sign_in()
        booked = stand.console.call("GET", "/api/analytics/usage?group_by=model&model=backlog")["total"]
        assert booked["requests"] == written["calls"]
        assert (booked["input_tokens"], booked["output_tokens"]) == (written["input_tokens"], written["output_tokens"])
        assert decimal.Decimal(booked["cost_usd"]) * 10**9 == written["cost_nano"]
        assert rows_on_disk(stand) == written["calls"] + 21
        assert ready < 2 and slowest < 2


def call(stand) -> float:
    began = time.monotonic()
    answer = raw.post(stand, "chat", json.dumps(Wish("chat", False, "tokens=3").request()).encode())
    assert answer.status == 200, answer
    return time.monotonic() - began


def rows_on_disk(stand) -> int:
    """Counted in the files: page by page it would take longer than the rest of the test."""
    count = 0
    for path in (stand.data / "logs").rglob("*.sqlite"):
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
            if file.execute("SELECT 1 FROM sqlite_master WHERE name = 'calls'").fetchone():
                count += file.execute("SELECT count(*) FROM calls").fetchone()[0]
    return count
