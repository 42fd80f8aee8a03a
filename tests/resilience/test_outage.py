"""What became of the outage that went on beside the other tests (see outage.py)."""

from fault_table import note
from outage import BACK_S, DOWN_S


def test_a_minute_of_503_costs_no_caller_anything_and_the_primary_is_back_in_time(outage):
    outage.join(timeout=DOWN_S + 3 * BACK_S + 60)
    assert not outage.is_alive(), "the outage does not end"
    if outage.error:
        raise outage.error
    seen = outage.seen
    assert seen.first_twenty == [(200, "second")] * 20
    assert {*seen.during} == {(200, "second")}
    # Each of the first calls makes two tries until there were ten, the good one before among them; then there is silence for half a minute, one try, and one more after
    # a quarter of a minute.
    opened = [at for at in seen.tries if at < 20]
    probes = [at for at in seen.tries if at >= 20]
    assert 9 <= len(opened) <= 12, seen.tries
    assert 1 <= len(probes) <= 3 and min(probes) - max(opened) >= 29, seen.tries
    assert all(two - one >= 14 for one, two in zip(probes, probes[1:])), seen.tries
    assert {status for status, _ in seen.after} == {200}
    assert seen.back_after is not None and seen.back_after <= BACK_S, seen
    assert seen.after[-5:] == [(200, "first")] * 5, seen.after
    note("503 for a minute, defaults", "JSON, two routes", f"answer of the second; back after {seen.back_after:.0f} s ({len(opened)} + {len(probes)})")
