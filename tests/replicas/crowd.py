"""A thousand callers at once, each on a connection that stays, in one event loop: every one of them asks when it is told to."""

import asyncio
import contextlib
import dataclasses
import json
import random
import time
import uuid

# What a caller pauses at most before its call of a round, so that calls are at all stages at any moment.
SPREAD_S = 0.5
# Of every ten callers, this many spend from the budget; the others are counted by the limit of requests.
SPENDERS = 7


@dataclasses.dataclass
class Call:
    number: int
    kind: str
    port: int
    began: float
    size: int
    # What the provider and the record know it by.
    trace: str = dataclasses.field(default_factory=lambda: uuid.uuid4().hex)
    status: int | None = None
    code: str = ""
    request_id: str = ""
    ended: float | None = None
    error: str = ""

    @property
    def spends(self) -> bool:
        return self.kind == "spend"


class Caller:
    """One of them: its connection, and the replica it is on."""

    def __init__(self, number: int, ports: list[int]):
        self.number, self.ports, self.place = number, ports, number % len(ports)
        self.reader, self.writer = None, None

    @property
    def port(self) -> int:
        return self.ports[self.place]

    async def send(self, head: bytes, body: bytes) -> tuple[int, dict[str, str], bytes]:
        if self.writer is None or self.reader.at_eof():
            await self.leave()
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        self.writer.write(head + body)
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        if "content-length" in headers:
            return int(lines[0].split()[1]), headers, await self.reader.readexactly(int(headers["content-length"]))
        parts = []
        # A line without its end is where the replica was killed.
        while (length := int(await self.reader.readuntil(b"\r\n"), 16)) > 0:
            parts.append((await self.reader.readexactly(length + 2))[:-2])
        await self.reader.readexactly(2)
        return int(lines[0].split()[1]), headers, b"".join(parts)

    async def leave(self) -> None:
        if self.writer:
            self.writer.close()
            with contextlib.suppress(OSError):
                await self.writer.wait_closed()
        self.reader, self.writer = None, None

    async def next_replica(self) -> None:
        await self.leave()
        self.place = (self.place + 1) % len(self.ports)


class Crowd:
    def __init__(self, ports: list[int], keys: dict[str, str], session: str, model: str, callers: int):
        self.keys, self.session, self.model = keys, session, model
        self.callers = [Caller(number, ports) for number in range(callers)]
        self.calls: list[Call] = []
        self.chance = random.Random(session)

    def answered(self) -> int:
        """Calls on the budget that a provider has answered."""
        return sum(1 for call in self.calls if call.spends and call.status == 200)

    async def all_call(self, share: int = 1) -> list[Call]:
        """Every caller, or every `share`th one, makes a call; ends when all of them have."""
        first = len(self.calls)
        await asyncio.gather(*(self._call(caller) for caller in self.callers[::share]))
        return self.calls[first:]

    async def _call(self, caller: Caller) -> None:
        await asyncio.sleep(self.chance.random() * SPREAD_S)
        number = len(self.calls)
        kind = "spend" if caller.number % 10 < SPENDERS else "count"
        # No two prices in a row are the same, and a stream is charged like any other call.
        text = f"{kind} {number:06} [[sim: tokens={15 + number % 24} slow-headers=250]]"
        asked = {"model": self.model, "max_tokens": 40, "messages": [{"role": "user", "content": text}]}
        body = json.dumps(asked | ({"stream": True} if number % 4 == 0 else {})).encode()
        call = Call(number, kind, caller.port, time.monotonic(), len(body))
        self.calls.append(call)
        head = (f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {self.keys[kind]}\r\ncontent-type: application/json\r\n"
                f"x-session-id: {self.session}\r\ntraceparent: 00-{call.trace}-{call.trace[:16]}-01\r\ncontent-length: {len(body)}\r\n\r\n").encode()
        try:
            async with asyncio.timeout(90):
                status, headers, answer = await caller.send(head, body)
        except (OSError, EOFError, asyncio.IncompleteReadError) as error:
            call.error = repr(error)
            await caller.next_replica()
            return
        call.request_id = headers.get("x-request-id", "")
        if status != 200:
            error = json.loads(answer)["error"]
            call.code = error.get("code") or error["type"]
        call.status, call.ended = status, time.monotonic()

    async def leave(self) -> None:
        for caller in self.callers:
            await caller.leave()
