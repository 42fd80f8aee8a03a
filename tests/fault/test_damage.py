"""Files that are torn, dirty or gone: it starts, and loses nothing but what was in them and nowhere else."""

import os
import random
import shutil
import time

import pytest

from evidence import Witness, gather, judge
from load import Load
from stand import caught_up, standing, until

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
    "garbage and zeroes behind": (lambda path: append(path, random.Random(1).randbytes(3000) + bytes(8192)), 0),
    # The header of a segment has 36 bytes.
    "a frame that was begun": (lambda path: append(path, path.read_bytes()[36:76]), 0),
}


def test_a_damaged_end_costs_only_what_it_hits(capsys):
    with standing(settings=NEVER_SYNCED) as stand:
        witness, calls, allowed = Witness(stand.simulator), [], 0
        for number, (damage, (harm, most)) in enumerate(DAMAGE.items()):
            allowed += most
            load = Load(stand.port, stand.openai_key, 30, number).start()
            time.sleep(1.0)
            stand.kill()
            harm(stand.segments()[-1])
            stand.start()
            said = stand.printed()
            load.stop()
            calls += load.calls
            assert "a spool segment has frames that are not whole" in said, (damage, said)
        # All of it is read now.
        assert stand.terminate() == 0
        stand.environment = {name: value for name, value in stand.environment.items() if name not in NEVER_SYNCED}
        stand.start()
        verdict = judge(gather(stand, witness, calls))
        with capsys.disabled():
            print(f"\n{', '.join(DAMAGE)}: {verdict}")
        assert len(verdict.missing) <= allowed and len(verdict.wrong) <= allowed, verdict
        assert not verdict.doubled and not verdict.ledger, verdict


def lose_store(stand) -> None:
    for path in stand.data.glob("thinkwatch.db*"):
        path.unlink()


def lose_logs(stand) -> None:
    shutil.rmtree(stand.data / "logs")


@pytest.mark.parametrize("lose", [lose_store, lose_logs], ids=["store", "request log"])
def test_the_spool_makes_good_for_a_lost_store(lose, capsys):
    """What the spool still holds is counted anew, and once. Without its store it is a new house: nobody's key is valid."""
    with standing() as stand:
        witness = Witness(stand.simulator)
        load = Load(stand.port, stand.openai_key, 20, 1, most=150).start()
        load.wait()
        until(lambda: caught_up(stand), "the consumers to catch up")
        more = Load(stand.port, stand.openai_key, 20, 2).start()
        time.sleep(0.5)
        stand.kill()
        more.stop()
        lose(stand)
        stand.start()
        if lose is lose_store:
            probe = Load(stand.port, stand.openai_key, 1, 3, most=1).start()
            probe.wait()
            assert [call.status for call in probe.calls] == [401]
            stand._set_up()
        verdict = judge(gather(stand, witness, load.calls + more.calls))
        with capsys.disabled():
            print(f"\nlost {lose.__name__.removeprefix('lose_')}: {verdict}")
        assert verdict.clean, verdict
        last = Load(stand.port, stand.openai_key, 10, 4, most=30).start()
        last.wait()
        verdict = judge(gather(stand, witness, load.calls + more.calls + last.calls))
        assert verdict.clean, verdict
