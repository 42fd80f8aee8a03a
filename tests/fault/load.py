"""Clients: many calls in flight, some streamed, some large, some given up half way. What each saw is kept for the count at the end."""

import asyncio
import contextlib
import dataclasses
import json
import random
import threading

MODELS = {"chat": "house-mini", "messages": "house-claude", "responses": "house-mini", "embeddings": "house-embed"}
PATHS = {"chat": "/v1/chat/completions", "messages": "/v1/messages", "responses": "/v1/responses", "embeddings": "/v1/embeddings"}
LAST = {"chat": b"data: [DONE]\n\n", "messages": b'"type":"message_stop"}\n\n', "responses": b'"type":"response.completed"'}
DIALECTS = ("chat", "messages", "responses")


@dataclasses.dataclass
class Call:
    """One call as its client saw it. `tag` is its session id, by which its record is found."""

    tag: str
    dialect: str
    stream: bool
    fault: bool = False
    status: int = 0
    request_id: str = ""
    body: bytearray = dataclasses.field(default_factory=bytearray)
    whole: bool = False
    left: bool = False
    ended_by: str = ""

    @property
    def terminal(self) -> bool:
        """The client has the end of a good answer: the complete JSON, or the event that says so."""
        if self.status != 200:
            return False
        if self.stream:
            return LAST[self.dialect].replace(b" ", b"") in bytes(self.body).replace(b" ", b"")
        return self.whole


@dataclasses.dataclass
class Wish:
    """What a client asks for and how long it stays."""

    dialect: str
    stream: bool
    directives: str
    padding: int = 0
    leaves_after: float | None = None
    ask_usage: bool = False

    @property
    def fault(self) -> bool:
        return any(word in self.directives for word in ("status=", "cut-after", "error-event"))

    def request(self) -> dict:
        text = f"[[sim: {self.directives}]] " + "padding " * (self.padding // 8)
        body = {"model": MODELS[self.dialect], "stream": self.stream}
        if self.dialect == "embeddings":
            return {"model": MODELS["embeddings"], "input": text}
        if self.dialect == "responses":
            return body | {"input": text}
        if self.dialect == "messages":
            body["max_tokens"] = 4000
        elif self.stream and self.ask_usage:
            body["stream_options"] = {"include_usage": True}
        return body | {"messages": [{"role": "user", "content": text}]}


def mixed(dice: random.Random) -> Wish:
    """A draw from what a busy morning looks like."""
    dialect = dice.choice(DIALECTS)
    kind = dice.choices(
        ("stream", "json", "slow json", "long stream", "large answer", "large request", "embeddings", "leaves", "error", "cut"),
        (30, 22, 10, 8, 3, 3, 6, 9, 4, 5),
    )[0]
    cached = f" cached={dice.randrange(500)}" if dice.random() < 0.4 else ""
    if dialect == "messages" and dice.random() < 0.3:
        cached += f" cache-write={dice.randrange(300)}"
    pace, tokens = dice.randrange(1, 12), dice.randrange(1, 40)
    if kind == "stream":
        return Wish(dialect, True, f"tokens={tokens} delay-ms={pace}{cached}", ask_usage=dice.random() < 0.5)
    if kind == "json":
        return Wish(dialect, False, f"tokens={tokens}{cached}")
    if kind == "slow json":
        return Wish(dialect, False, f"tokens={tokens} slow-headers={dice.randrange(50, 600)}{cached}")
    if kind == "long stream":
        return Wish(dialect, True, f"tokens={dice.randrange(60, 160)} delay-ms={dice.randrange(5, 15)}{cached}")
    if kind == "large answer":
        return Wish(dialect, False, f"big-answer={dice.randrange(50_000, 200_000)}")
    if kind == "large request":
        return Wish(dialect, dice.random() < 0.5, f"tokens={tokens}", padding=dice.randrange(50_000, 200_000))
    if kind == "embeddings":
        return Wish("embeddings", False, "tokens=1")
    if kind == "leaves":
        return Wish(dialect, True, f"tokens=120 delay-ms={dice.randrange(4, 15)}", leaves_after=dice.uniform(0.01, 0.8))
    if kind == "error":
        return Wish(dialect, dice.random() < 0.5, f"status={dice.choice((400, 429, 500))}")
    return Wish(dialect, True, f"tokens=30 delay-ms=3 cut-after={dice.randrange(1, 20)}")


class Line:
    """A client's connection, kept for its next call when the last one ended well."""

    def __init__(self, port: int):
        self.port = port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def open(self) -> None:
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)

    def close(self) -> None:
        if self.writer is not None:
            self.writer.transport.abort()
            self.reader = self.writer = None

    async def call(self, call: Call, request: bytes) -> None:
        self.writer.write(request)
        await self.writer.drain()
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        call.request_id = headers.get("x-request-id", "")
        call.status = int(head[0].split()[1])
        if "content-length" in headers:
            left = int(headers["content-length"])
            while left:
                part = await self.reader.read(left)
                if not part:
                    raise ConnectionError("ended early")
                call.body += part
                left -= len(part)
        else:
            while size := int(await self.reader.readuntil(b"\r\n"), 16):
                call.body += (await self.reader.readexactly(size + 2))[:-2]
            await self.reader.readexactly(2)
        call.whole = True
        if headers.get("connection") == "close":
            self.close()


class Load:
    """Keeps `clients` busy in a thread of its own, through every restart, until told to stop."""

    def __init__(self, port: int, key: str, clients: int, seed: int, draw=mixed, most: int | None = None):
        self.port, self.key, self.clients, self.draw = port, key, clients, draw
        self.dice = random.Random(seed)
        self.seed = seed
        self.calls: list[Call] = []
        self.left_to_begin = most
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="load", daemon=True)

    def start(self) -> "Load":
        self.thread.start()
        return self

    def stop(self, seconds: float = 30) -> None:
        """No further calls; those in flight go on to their end."""
        self.stopping.set()
        self.wait(seconds)

    def wait(self, seconds: float = 30) -> None:
        self.thread.join(seconds)
        assert not self.thread.is_alive(), "calls hang"

    def answered(self) -> int:
        return sum(call.whole for call in self.calls)

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(self.clients):
                group.create_task(self._client(number))

    async def _client(self, number: int) -> None:
        dice = random.Random(f"{self.seed}/{number}")
        line = Line(self.port)
        count = 0
        while not self.stopping.is_set():
            if self.left_to_begin is not None:
                if self.left_to_begin <= 0:
                    break
                self.left_to_begin -= 1
            count += 1
            wish = self.draw(dice)
            call = Call(f"f-{self.seed}-{number}-{count}", wish.dialect, wish.stream, wish.fault)
            try:
                await line.open()
            except OSError:
                # Nobody listens: the gateway is being started.
                await asyncio.sleep(0.02)
                if self.left_to_begin is not None:
                    self.left_to_begin += 1
                continue
            self.calls.append(call)
            await self._call(line, wish, call)
            if dice.random() < 0.3:
                line.close()
        line.close()

    async def _call(self, line: Line, wish: Wish, call: Call) -> None:
        body = json.dumps(wish.request()).encode()
        credential = f"x-api-key: {self.key}\r\nanthropic-version: 2023-06-01" if wish.dialect == "messages" else f"authorization: Bearer {self.key}"
        request = (
            f"POST {PATHS[wish.dialect]} HTTP/1.1\r\nhost: gateway\r\n{credential}\r\nx-session-id: {call.tag}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        ).encode() + body
        try:
            async with asyncio.timeout(wish.leaves_after or 60):
                await line.call(call, request)
        except TimeoutError:
            call.left = wish.leaves_after is not None
            call.ended_by = "left" if call.left else "hangs"
            line.close()
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
            call.ended_by = type(error).__name__
            line.close()
        with contextlib.suppress(ValueError):
            if call.whole and not call.stream:
                json.loads(call.body)
                return
        if call.whole and not call.stream:
            call.whole, call.ended_by = False, "no JSON"
