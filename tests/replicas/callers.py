"""Callers that go on and on, in threads, and remember what they got."""

import dataclasses
import http.client
import json
import random
import threading
import time


@dataclasses.dataclass
class Call:
    began: float
    stream: bool
    head: float | None = None
    status: int | None = None
    request_id: str | None = None
    body: bytes = b""
    error: str | None = None

    @property
    def whole(self) -> bool:
        """A client may take it for a complete answer."""
        return self.error is None and self.status == 200 and (b"data: [DONE]" in self.body if self.stream else b'"choices"' in self.body)


class Load:
    """`targets` are ports, taken in turn. Every call carries the session id."""

    def __init__(self, targets: list[int], key: str, session: str, model: str, callers: int, prompt: str = "[[sim: tokens=12 delay-ms=15]]"):
        self.targets, self.key, self.session, self.model, self.prompt = targets, key, session, model, prompt
        self.calls: list[Call] = []
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self._run, args=(number,), daemon=True) for number in range(callers)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.finish()

    def finish(self) -> list[Call]:
        """No new calls; those in progress go on to their end."""
        self.stopping.set()
        for thread in self.threads:
            thread.join(timeout=120)
        assert not any(thread.is_alive() for thread in self.threads), "a caller hangs"
        return self.calls

    def done(self) -> int:
        with self.lock:
            return sum(1 for call in self.calls if call.body or call.error)

    def waiting_since(self, moment: float) -> int:
        """Calls begun before the moment that have not even got the head of an answer."""
        with self.lock:
            return sum(1 for call in self.calls if call.began <= moment and call.head is None and call.error is None)

    def _run(self, number: int) -> None:
        turn = random.Random(number)
        while not self.stopping.is_set():
            call = Call(time.monotonic(), stream=turn.random() < 0.7)
            with self.lock:
                self.calls.append(call)
            self._call(call, self.targets[number % len(self.targets)])
            number += 1

    def _call(self, call: Call, port: int) -> None:
        body = json.dumps({"model": self.model, "messages": [{"role": "user", "content": self.prompt}], "stream": call.stream})
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=90)
        try:
            connection.request("POST", "/v1/chat/completions", body, {
                "authorization": f"Bearer {self.key}", "content-type": "application/json", "x-session-id": self.session,
            })
            answer = connection.getresponse()
            call.head, call.status = time.monotonic(), answer.status
            call.request_id = answer.headers.get("x-request-id")
            call.body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            call.error = repr(error)
        finally:
            connection.close()
