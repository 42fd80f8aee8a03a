"""SIGKILL at random moments under load, again and again on the same data: in the end every call is recorded exactly once."""

import os
import random
import secrets
import signal
import time

import pytest

from harness.postgres import Postgres

from evidence import Witness, falsified, gather, judge
from load import Load
from stand import SMALL_SEGMENTS, rounds, standing

CLIENTS = 64
STRICT = {"THINKWATCH_SETTING_SPOOL__STRICT": "true"}
# When to kill: at any time under load, while a consumer writes, while it starts (twice), as soon as it is ready, while it stops.
MOMENTS = ("load", "commit", "start", "ready", "commit", "stop")


def kill_at(stand, moment: str, dice: random.Random) -> int:
    """Kills the gateway at such a moment and starts it again. Says how many kills it took."""
    if moment == "commit":
        wait_for_commit(stand, dice)
        time.sleep(dice.choice((0, 0, dice.uniform(0, 0.004), dice.uniform(0, 0.02))))
        stand.kill()
        stand.start()
        return 1
    time.sleep(dice.uniform(0.1, 1.0))
    if moment == "database":
        # Calls go on without it; what they leave behind waits in the spool.
        stand.database.stop()
        time.sleep(dice.uniform(0, 0.6))
        stand.database.start()
        time.sleep(dice.uniform(0, 0.4))
    if moment == "stop":
        # Streams run for up to two seconds; it waits for them.
        stand.gateway.child.send_signal(signal.SIGTERM)
        time.sleep(dice.uniform(0, 0.8))
    stand.kill()
    kills = 1
    if moment == "start":
        for _ in range(2):
            stand.start(ready=False)
            # The clients are already at the door: calls may come in between.
            time.sleep(dice.uniform(0, stand.usual_start * 1.1))
            stand.kill()
            kills += 1
    elif moment == "ready":
        stand.start()
        time.sleep(dice.choice((0, dice.uniform(0, 0.03), dice.uniform(0, 0.3))))
        stand.kill()
        kills += 1
    stand.start()
    return kills


def wait_for_commit(stand, dice: random.Random) -> None:
    """Until a consumer has begun to write: its database's write-ahead log has changed."""
    time.sleep(dice.uniform(0.2, 0.6))
    of_logs = dice.random() < 0.5

    def state():
        # Right after a start there may be no such file yet: the first commit makes it.
        if stand.database is not None:
            watched = (stand.database.folder / "data" / "pg_wal").glob("0*")
        else:
            watched = (stand.data / "logs").rglob("*-wal") if of_logs else [stand.data / "thinkwatch.db-wal"]
        found = {}
        for path in watched:
            try:
                told = os.stat(path)
                found[path] = (told.st_size, told.st_mtime_ns)
            except FileNotFoundError:
                pass
        return found

    before, deadline = state(), time.monotonic() + 2
    while state() == before:
        assert time.monotonic() < deadline, f"no consumer writes: {before}"


@pytest.mark.parametrize("settings, share", [({}, 1), (STRICT, 1 / 6)], ids=["default", "strict"])
def test_no_record_is_lost_or_doubled(settings, share, capsys):
    with standing(settings=SMALL_SEGMENTS | settings) as stand:
        drill(stand, max(1, int(rounds(24) * share)), MOMENTS, capsys)


def test_no_record_is_lost_or_doubled_with_postgresql(capsys):
    database = Postgres()
    try:
        address = {"DATABASE_URL": database.database("fault"), "JWT_SECRET": secrets.token_hex(32), "ENCRYPTION_KEY": secrets.token_hex(32)}
        with standing(settings=SMALL_SEGMENTS | address) as stand:
            stand.database = database
            drill(stand, max(4, rounds(24) // 6), ("database", "load", "commit", "start", "database", "ready"), capsys)
    finally:
        database.remove()


def drill(stand, wanted: int, moments: tuple, capsys) -> None:
    seed = int(os.environ.get("TW_FAULT_SEED") or random.SystemRandom().randrange(10**6))
    dice = random.Random(seed)
    stand.terminate()
    stand.usual_start = stand.start()
    witness = Witness(stand.simulator)
    load = Load(stand.port, stand.openai_key, CLIENTS, seed).start()
    began, kills = time.monotonic(), 0
    for number in range(wanted):
        kills += kill_at(stand, moments[number % len(moments)], dice)
        witness.look()
    time.sleep(0.3)
    load.stop()
    took = time.monotonic() - began
    evidence = gather(stand, witness, load.calls)
    verdict = judge(evidence)
    with capsys.disabled():
        print(f"\nkilled {kills} times in {wanted} rounds, {took:.0f} s (TW_FAULT_SEED={seed}): {verdict}")
    assert verdict.clean, f"TW_FAULT_SEED={seed}: {verdict}"
    told = verdict.figures
    assert told["ok"] > 10 * wanted and told["interrupted"] > wanted and told["cancelled"] and told["upstream_error"], told
    # And a count that could not fail would prove nothing.
    for expected, evidence in falsified(evidence):
        assert getattr(judge(evidence), expected), f"not found: {expected}"


def test_a_lost_file_of_the_spool_is_noticed(capsys):
    """What a gateway with its records in memory would do: the newest segment is gone after the kill."""
    with standing(settings={"THINKWATCH_SETTING_SPOOL__SYNC_MS": "400"}) as stand:
        witness = Witness(stand.simulator)
        load = Load(stand.port, stand.openai_key, CLIENTS, 1).start()
        time.sleep(1.2)
        stand.kill()
        stand.segments()[-1].unlink()
        stand.start()
        load.stop()
        verdict = judge(gather(stand, witness, load.calls))
        with capsys.disabled():
            print(f"\nwith its newest segment taken away: missing {len(verdict.missing)}, wrong {len(verdict.wrong)}")
        assert verdict.missing and verdict.wrong
