"""A disk that is full or cannot be written: a small file system of its own."""

import json

import pytest

from harness import raw

from evidence import Witness, gather, judge
from load import Load, Wish, mixed
from stand import run, standing, until

# What is full: only the spool, or everything.
FULL = {"spool": ("data/spool", 24), "data": ("data", 40)}


def fill(folder) -> None:
    """Takes all the space there is."""
    with open(folder / "filler", "wb", buffering=0) as filler:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    filler.write(b"\0" * size)
            except OSError:
                continue


def ask(stand, dialect: str) -> raw.Answer:
    return raw.post(stand, dialect, json.dumps(Wish(dialect, False, "tokens=3").request()).encode())


def refused(stand, dialect: str) -> raw.Answer | None:
    answer = ask(stand, dialect)
    return answer if answer.status != 200 else None


def check_refusal(stand) -> None:
    """New calls get the error by which their SDK knows that it is to come back, and a hint when."""
    until(lambda: refused(stand, "chat"), "the first refused call")
    for dialect, status in (("chat", 503), ("responses", 503), ("messages", 529)):
        answer = ask(stand, dialect)
        assert answer.status == status and answer.headers["retry-after"] == "1", (dialect, answer)
        body = json.loads(answer.body)
        assert body["error"]["message"] and body["error"]["type"], body
        assert dialect != "messages" or (body["type"] == "error" and body["error"]["type"] == "overloaded_error"), body


def long_stream(dice):
    return Wish(dice.choice(("chat", "messages", "responses")), True, f"tokens={dice.randrange(100, 130)} delay-ms=20")


@pytest.mark.parametrize("what", FULL)
@pytest.mark.parametrize("killed", [False, True], ids=["goes on", "killed"])
def test_a_full_disk_loses_no_record(what, killed, capsys):
    with standing(mount=FULL[what]) as stand:
        witness = Witness(stand.simulator)
        before = Load(stand.port, stand.openai_key, 20, 1, draw=mixed, most=60).start()
        before.wait()
        streams = Load(stand.port, stand.openai_key, 30, 2, draw=long_stream, most=30).start()
        until(lambda: len(witness.reached()) >= len(before.calls) + 28, "the streams to begin")
        fill(stand.mounted)
        check_refusal(stand)
        if killed:
            stand.kill()
            streams.wait()
            if what == "data":
                # Nothing can be started there; it must say so.
                stand.start(ready=False)
                assert stand.gateway.child.wait(timeout=20) != 0
                assert "No space left on device" in stand.printed(), stand.printed()
                (stand.mounted / "filler").unlink()
            stand.start()
        else:
            streams.wait()
            assert all(call.terminal for call in streams.calls), [(c.tag, c.ended_by) for c in streams.calls if not c.terminal]
            check_refusal(stand)
        (stand.mounted / "filler").unlink(missing_ok=True)
        until(lambda: ask(stand, "chat").status == 200, "calls to be served again")
        after = Load(stand.port, stand.openai_key, 20, 3, draw=mixed, most=60).start()
        after.wait()
        verdict = judge(gather(stand, witness, before.calls + streams.calls + after.calls))
        with capsys.disabled():
            print(f"\nfull {what}, {'killed' if killed else 'not restarted'}: {verdict}")
        assert verdict.clean, verdict
        assert killed or verdict.figures.get("interrupted", 0) == 0
        # What a database says of itself may not be on its disk yet.
        stand.kill()
        stand.start()
        verdict = judge(gather(stand, witness, before.calls + streams.calls + after.calls))
        assert verdict.clean, f"after a restart: {verdict}"


def test_a_directory_that_cannot_be_written_is_named_in_one_line(capsys):
    with standing(mount=("data", 40)) as stand:
        assert stand.terminate() == 0
        run("mount", "-o", "remount,bind,ro", str(stand.mounted))
        stand.start(ready=False)
        code = stand.gateway.child.wait(timeout=20)
        lines = stand.printed().splitlines()
        with capsys.disabled():
            print(f"\nread-only data directory: exit code {code}: {lines}")
        assert code != 0 and len(lines) == 1, lines
        assert str(stand.data) in lines[0] and "not writable" in lines[0] and "THINKWATCH_DATA_DIR" in lines[0]
        run("mount", "-o", "remount,bind,rw", str(stand.mounted))
        stand.start()
        assert ask(stand, "chat").status == 200
