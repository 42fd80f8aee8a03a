"""Files that are torn or dirty at their end: it starts, says so, and loses nothing but what was in them."""

import os
import random
import time

import pytest

from evidence import Witness, gather, judge
from load import Load
from stand import standing

# No consumer has seen what is not on the disk, and only that can be torn. So nothing is forced to the disk here.
NEVER_SYNCED = {"THINKWATCH_SETTING_SPOOL__SYNC_MS": "10000"}


def cut(path, count: int) -> None:
    os.truncate(path, path.stat().st_size - count)


def append(path, more: bytes) -> None:
    with path.open("ab") as file:
        file.write(more)


# Damage to the newest segment, and how many calls may suffer by it.
DAMAGE = {
    "one byte short": (lambda path: cut(path, 1), 1),
    "a frame's head without its body": (lambda path: cut(path, 40), 1),
    "garbage behind": (lambda path: append(path, random.Random(1).randbytes(3000)), 0),
    "zeroes behind": (lambda path: append(path, bytes(8192)), 0),
    # The header of a segment has 36 bytes.
    "a frame that was begun": (lambda path: append(path, path.read_bytes()[36:76]), 0),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_end_costs_only_what_it_hits(damage, capsys):
    harm, most = DAMAGE[damage]
    with standing(settings=NEVER_SYNCED) as stand:
        witness = Witness(stand.simulator)
        load = Load(stand.port, stand.openai_key, 30, 7).start()
        time.sleep(1.0)
        stand.kill()
        harm(stand.segments()[-1])
        stand.environment = {name: value for name, value in stand.environment.items() if name not in NEVER_SYNCED}
        stand.start()
        said = stand.printed()
        time.sleep(0.3)
        load.stop()
        verdict = judge(gather(stand, witness, load.calls))
        with capsys.disabled():
            print(f"\n{damage}: {verdict}")
        assert "a spool segment has frames that are not whole" in said, said
        assert len(verdict.missing) <= most and len(verdict.wrong) <= most, verdict
        assert not verdict.doubled and not verdict.ledger, verdict
