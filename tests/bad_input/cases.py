"""Requests that must be refused, made from lists: every endpoint times what can be wrong with it."""

import json

from harness.raw import PATHS

GOOD = {
    "chat": {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}]},
    "messages": {"model": "claude-haiku-4-5", "max_tokens": 20, "messages": [{"role": "user", "content": "hi"}]},
    "count": {"model": "claude-haiku-4-5", "messages": [{"role": "user", "content": "hi"}]},
    "responses": {"model": "gpt-5", "input": "hi", "store": False},
    "embeddings": {"model": "text-embedding-3-small", "input": "hi"},
    "completions": {"model": "gpt-3.5-turbo-instruct", "prompt": "hi"},
    "moderations": {"model": "omni-moderation-latest", "input": "hi"},
    "images": {"model": "gpt-image-1.5", "prompt": "hi"},
    "speech": {"model": "gpt-4o-mini-tts", "voice": "coral", "input": "hi"},
    "rerank": {"model": "rerank-sim", "query": "hi", "documents": ["ho"]},
}
# How a body is framed is looked at before anything knows what it asks for: one endpoint of each shape of errors is enough.
FRAMED = ["chat", "messages", "count", "responses", "embeddings"]
MISSING = object()
NO_MODEL = [MISSING, None, 5, True, [], {}, ["gpt-4o-mini"], "", "no-such-model", "x" * 10_000, "gpt", "claude", "../gpt-4o-mini", "gpt-4o-mini\u0000"]
NO_TURNS = [
    MISSING, None, 5, "hi", {}, [], [None], [5], ["hi"], [[]], [{}], [{"role": 5, "content": "x"}], [{"role": "nobody", "content": "x"}],
    [{"content": "x"}], [{"role": "user"}], [{"role": "user", "content": 5}], [{"role": "user", "content": [{}]}],
    [{"role": "user", "content": [5]}],
]
NO_FLAG = ["yes", 1, {}, []]
NO_COUNT = ["many", {}, [], -1, 1.5, True]
NO_TOOLS = [5, "x", [5], [{}]]
WRONG = {
    "chat": {"model": NO_MODEL, "messages": NO_TURNS, "stream": NO_FLAG, "max_tokens": NO_COUNT, "tools": NO_TOOLS},
    "messages": {"model": NO_MODEL, "messages": NO_TURNS, "stream": NO_FLAG, "max_tokens": [MISSING, None, 0, *NO_COUNT], "tools": NO_TOOLS},
    "count": {"model": NO_MODEL, "messages": NO_TURNS},
    "responses": {"model": NO_MODEL, "input": [5, {}, [], [5], [{}], [{"role": "nobody", "content": "x"}]], "stream": NO_FLAG,
                  "max_output_tokens": NO_COUNT},
    "embeddings": {"model": NO_MODEL, "input": [MISSING, None, {}, [], [{}], [None], True]},
    "completions": {"model": NO_MODEL, "prompt": [5, {}, [], True], "stream": NO_FLAG, "max_tokens": NO_COUNT, "stream_options": [{"include_usage": True}]},
    # Without a model the API's own is meant.
    "moderations": {"model": [value for value in NO_MODEL if value not in (MISSING, None)], "input": [MISSING, None, {}, [], "", [{}], 5]},
    "images": {"model": NO_MODEL, "prompt": [MISSING, 5, []], "n": [0, 11, "two", 1.5], "stream": NO_FLAG, "partial_images": [4, -1]},
    "speech": {"model": NO_MODEL, "input": [MISSING, None, "", 5, ["hi"], {}], "voice": [MISSING, 5], "response_format": ["ogg", 5], "stream_format": ["x", 5]},
    "rerank": {"model": NO_MODEL, "query": [MISSING, None], "documents": [MISSING, None, [], {}, "ho", 5], "top_n": [0, "all"]},
}
# What decides must not be there twice, also when one of the two hides behind an escape: parsers differ in which they take.
TWICE = {
    "chat": ['"model":"gpt-4o-mini"', '"mod\\u0065l":"gpt-4o"', '"stream":false,"stream":true', '"max_tokens":1,"max_tokens":100000'],
    "messages": ['"model":"claude-haiku-4-5"', '"\\u006dodel":"claude-opus-4-5"', '"stream":false,"stream":true', '"max_tokens":99999'],
    "count": ['"model":"claude-opus-4-5"'],
    "responses": ['"model":"gpt-5"', '"\\u006d\\u006fdel":"o3"', '"store":true', '"stream":true,"stream":false'],
    "embeddings": ['"model":"text-embedding-3-large"', '"m\\u006fdel":"text-embedding-3-large"'],
    "completions": ['"model":"davinci-002"', '"Model":"davinci-002"', '"stream":true,"stream":false', '"max_tokens":1,"max_tokens":2'],
    "moderations": ['"model":"text-moderation-latest"', '"mod\\u0065l":"text-moderation-latest"'],
    "images": ['"model":"dall-e-2"', '"MODEL":"dall-e-2"', '"stream":true,"stream":false'],
    "speech": ['"model":"tts-1"', '"\\u006dodel":"tts-1"'],
    "rerank": ['"model":"house-rerank"', '"moDel":"house-rerank"'],
}


def bodies(endpoint: str):
    """(name, body, headers) for one endpoint."""
    good = json.dumps(GOOD[endpoint]).encode()
    for field, values in WRONG[endpoint].items():
        for value in values:
            body = {name: kept for name, kept in GOOD[endpoint].items() if name != field}
            if value is not MISSING:
                body[field] = value
            yield f"{field} {'missing' if value is MISSING else repr(value)[:50]}", json.dumps(body).encode(), {}
    for extra in TWICE[endpoint]:
        yield f"twice {extra}", good[:-1] + b"," + extra.encode() + b"}", {}
    for whole in (b"", b" \n", b"null", b"[]", b'"x"', b"5", b"true", b"{", b"}", b"{}", b"\x00", b"{'model':'x'}", b"NaN", b"/* */ {}", b"{} {}",
                  b"<xml/>", b"model=gpt-4o-mini&messages=hi", b"\xff\xfe{\x00}\x00"):
        yield f"whole body {whole!r}", whole, {}
    for end in sorted({1, 2, len(good) // 3, len(good) // 2, len(good) - 2, len(good) - 1}):
        yield f"cut after {end} bytes", good[:end], {}
    yield "byte order mark", b"\xef\xbb\xbf" + good, {}
    yield "something after it", good + b"x", {}
    yield "a second object after it", good + good, {}
    yield "a comma too many", good[:-1] + b",}", {}
    yield "no comma", good.replace(b", ", b" ", 1), {}
    for name, junk in {
        "invalid UTF-8": b'"x":"\xff\xfe"', "cut UTF-8": b'"x":"\xe4\xb8"', "overlong UTF-8": b'"x":"\xc0\xaf"', "UTF-8 surrogate": b'"x":"\xed\xa0\x80"',
        "invalid UTF-8 key": b'"\xff":1', "raw control character": b'"x":"a\nb"', "nul in a text": b'"x":"a\x00b"', "bad escape": b'"x":"\\x41"',
        "half an escape": b'"x":"\\u12"', "lone surrogate": b'"x":"\\ud800"', "NaN": b'"x":NaN', "Infinity": b'"x":-Infinity', "hex number": b'"x":0x10',
        "leading zero": b'"x":012', "plus": b'"x":+1', "dot": b'"x":.5', "huge exponent": b'"x":1e99999', "bare word": b'"x":yes', "key without quotes": b"x:1",
        "tab-separated": b'"x"\t1', "deep lists": b'"x":' + b"[" * 100_000 + b"]" * 100_000, "deep objects": b'"x":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        "deep and never closed": b'"x":' + b"[" * 100_000, "deep mixture": b'"x":' + b'[{"a":' * 50_000 + b"1" + b"}]" * 50_000,
    }.items():
        yield name, b"{" + junk + b", " + good[1:], {}
        if len(junk) > 1000:
            yield f"{name}, at the end", good[:-1] + b"," + junk + b"}", {}
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        yield f"content-type {kind}", good, {"content-type": kind}
    for coding in ("gzip", "br", "deflate, gzip"):
        yield f"content-encoding {coding}", good, {"content-encoding": coding}


BODIES = [(endpoint, name, body, headers) for endpoint in GOOD for name, body, headers in bodies(endpoint)]


def request(start: str, headers: list[str], body: bytes = b"") -> bytes:
    return ("\r\n".join([start, *headers]) + "\r\n\r\n").encode("latin-1") + body


def framings(key: str):
    """(name, endpoint, bytes on the wire, whether a typed error is due: not where the head is no HTTP that could be understood)."""
    for endpoint in FRAMED:
        path = PATHS[endpoint]
        body = json.dumps(GOOD[endpoint]).encode()
        usual = ["host: x", f"authorization: Bearer {key}", "content-type: application/json", "connection: close"]
        length = f"content-length: {len(body)}"
        post = f"POST {path} HTTP/1.1"
        for method in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"):
            yield f"{method}", endpoint, request(f"{method} {path} HTTP/1.1", usual), method != "OPTIONS"
        yield "unknown path below", endpoint, request(f"POST {path}/deeper/still HTTP/1.1", [*usual, length], body), True
        yield "no credential", endpoint, request(post, [h for h in usual if not h.startswith("auth")] + [length], body), True
        credentials = {
            "empty": "", "a scheme alone": "Bearer", "a scheme and a space": "Bearer ", "another scheme": "Basic YTpi", "a prefix alone": "Bearer tw-",
            "of 5,000 letters": "Bearer tw-" + "a" * 5000, "not ASCII": "Bearer tw-é", "one letter more": f"Bearer {key}x",
            "one letter less": f"Bearer {key[:-1]}", "another case": f"Bearer {key.upper()}", "no token": "Bearer eyJhbGciOiJub25lIn0.e30.",
        }
        for name, bad in credentials.items():
            yield f"credential {name}", endpoint, request(post, ["host: x", f"authorization: {bad}", "connection: close", length], body), True
        yield "90 headers of 10 bytes and one of 100 KB", endpoint, request(
            post, [*usual, length, *(f"x-h{n}: 0123456789" for n in range(90)), "x-big: " + "a" * 100_000], body), True
        # Beyond 100 headers the HTTP parser itself ends the request (431), before anything knows of dialects.
        yield "200 headers", endpoint, request(post, [*usual, length, *(f"x-h{n}: 1" for n in range(200))], body), False
        yield "one header of 600 KB", endpoint, request(post, [*usual, length, "x-big: " + "a" * 600_000], body), True
        yield "header of 2 MB", endpoint, request(post, [*usual, length, "x-big: " + "a" * 2_000_000], body), False
        yield "1,000 headers", endpoint, request(post, [*usual, length, *(f"x-h{n}: 1" for n in range(1000))], body), False
        yield "length negative", endpoint, request(post, [*usual, "content-length: -1"], body), False
        yield "length no number", endpoint, request(post, [*usual, "content-length: many"], body), False
        yield "two lengths", endpoint, request(post, [*usual, length, "content-length: 5"], body), False
        yield "length and chunks", endpoint, request(post, [*usual, "content-length: 3", "transfer-encoding: chunked"], b"0\r\n\r\n"), False
        yield "bad chunk size", endpoint, request(post, [*usual, "transfer-encoding: chunked"], b"zz\r\n{}\r\n0\r\n\r\n"), False
        yield "unknown coding", endpoint, request(post, [*usual, "transfer-encoding: gzip"], body), False
        yield "no length at all", endpoint, request(post, usual), True
        yield "space in a header name", endpoint, request(post, [*usual, length, "x y: 1"], body), False
        yield "nul in a header", endpoint, request(post, [*usual, length, "x-y: a\0b"], body), False
        yield "length of 60 MB, nothing sent", endpoint, request(post, [*usual, "content-length: 60000000"]), True
        yield "length beyond all numbers", endpoint, request(post, [*usual, "content-length: 99999999999999999999999"]), False
    for name, wire in {
        "no HTTP": b"hello there\r\n\r\n", "nothing but zeros": b"\0" * 1000, "HTTP/0.9": b"GET /\r\n", "version 9": b"GET / HTTP/9.9\r\nhost: x\r\n\r\n",
        "TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x01" * 200, "endless line": b"GET /" + b"a" * 2_000_000,
    }.items():
        yield name, "chat", wire, False
