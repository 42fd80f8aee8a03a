"""A provider that answers 503 for a minute and is well again, with the settings as they come: takes its time, so it runs beside the other
tests, in a thread, on a stack of its own."""

import dataclasses
import threading
import time

from bench_of_faults import ask, clear, two_providers

from harness.calls import Calls

DOWN_S = 60
# The spec's word: a primary that works again has its calls back within this time.
BACK_S = 30


@dataclasses.dataclass
class Seen:
    first_twenty: list[tuple[int, str]] = dataclasses.field(default_factory=list)
    during: list[tuple[int, str]] = dataclasses.field(default_factory=list)
    # When tries reached the provider that was down, in seconds since it went down.
    tries: list[float] = dataclasses.field(default_factory=list)
    back_after: float | None = None
    after: list[tuple[int, str]] = dataclasses.field(default_factory=list)


class Outage(threading.Thread):
    def __init__(self):
        super().__init__(daemon=True)
        self.seen, self.error = Seen(), None
        self.stopping = threading.Event()

    def stop(self) -> None:
        """Ends it early, with what it started."""
        self.stopping.set()
        self.join(timeout=120)

    def _pause(self, seconds: float) -> None:
        if self.stopping.wait(seconds):
            raise InterruptedError("it was stopped")

    def run(self) -> None:
        try:
            lab = two_providers()
            try:
                self._watch(lab)
            finally:
                lab.stop()
        except BaseException as error:  # The test that waits for this thread raises it.
            self.error = error

    def _watch(self, lab) -> None:
        def call() -> tuple[int, str]:
            calls = Calls(lab)
            status = ask(lab, calls, "chat", "both-chat", "[[sim: tokens=5]]").status
            return status, calls.records(1)[0]["provider"]

        assert call() == (200, "first"), "it is well before"
        mark, down = lab.simulator.mark(), time.time()
        lab.simulator.inject("status=503", count=100_000)
        self.seen.first_twenty = [call() for _ in range(20)]
        while time.time() - down < DOWN_S:
            self.seen.during.append(call())
            self._pause(0.5)
        self.seen.tries = [exchange.arrived_us / 1e6 - down for exchange in lab.simulator.journal(mark)]
        clear(lab)
        well = time.time()
        while time.time() - well < 2 * BACK_S and self.seen.back_after is None:
            status, provider = call()
            self.seen.after.append((status, provider))
            if provider == "first":
                self.seen.back_after = time.time() - well
            self._pause(0.25)
        # Little by little, over a quarter of the time that it was left alone.
        self._pause(8)
        self.seen.after += [call() for _ in range(5)]
