"""The console API, as far as the suites need it."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request

ADMIN = {"email": "admin@example.org", "display_name": "Admin", "password": "Correct-Horse-7"}


class Console:
    def __init__(self, url: str):
        self.url = url
        self.token = None

    def call(self, method: str, path: str, body=None, expect: int | None = None):
        """Sends JSON, gives back JSON; any status but a 2xx (or the expected one) ends the test."""
        request = urllib.request.Request(self.url + path, method=method)
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            request.add_header("content-type", "application/json")
        if self.token:
            request.add_header("authorization", f"Bearer {self.token}")
        try:
            with urllib.request.urlopen(request, data, timeout=30) as answer:
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read()
        good = status == expect if expect else 200 <= status < 300
        assert good, f"{method} {path}: {status} {text[:500]!r}"
        return json.loads(text) if text else None

    def sign_in(self) -> None:
        body = {"email": ADMIN["email"], "password": ADMIN["password"]}
        self.token = self.call("POST", "/api/auth/login", body)["access_token"]

    def rows(self, session: str, wanted: int = 1, seconds: float = 1.0) -> list[dict]:
        """The request log's rows of a session. The promise is that a finished call is there within one second."""
        deadline = time.monotonic() + seconds
        while True:
            found = self.call("GET", f"/api/gateway/logs?limit=1000&session_id={session}")["items"]
            if len(found) >= wanted or time.monotonic() > deadline:
                return found
            time.sleep(0.05)
