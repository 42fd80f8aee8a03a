"""What the tests of this folder share: a call, and what each replica shows of it."""

import json
import time
import urllib.request
import uuid

from harness import raw

ASK = b'{"model": "house-mini", "messages": [{"role": "user", "content": "hi"}]}'


def ask(replica, key: str, session: str = "none", model: str = "house-mini") -> raw.Answer:
    return raw.post(replica, "chat", ASK.replace(b"house-mini", model.encode()), {"authorization": f"Bearer {key}", "x-session-id": session})


def until(seconds: float, happens, what: str):
    """Generous limits: how long it takes is not what is tested here."""
    deadline = time.monotonic() + seconds
    while not (found := happens()):
        assert time.monotonic() < deadline, what
        time.sleep(0.02)
    return found


def new_model(replicas) -> str:
    """A model that only this test calls, made on the second replica and served by all."""
    name = f"m-{uuid.uuid4()}"
    routes = [{"provider": "house", "upstream_model": "gpt-sim"}]
    replicas.all[1].console.call("POST", "/api/admin/models", {"model_id": name, "routes": routes})
    for replica in replicas.all:
        until(10, lambda: name in served(replica), f"{replica.name} does not serve {name}")
    return name


def served(replica) -> list[str]:
    request = urllib.request.Request(f"{replica.url}/v1/models", headers={"authorization": f"Bearer {replica.openai_key}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return [item["id"] for item in json.load(answer)["data"]]


def rows(replica, session: str, wanted: int, seconds: float = 30) -> list[dict]:
    """All rows of a session, as this replica's console shows them."""
    def all_of_them():
        found, cursor = [], ""
        while True:
            page = replica.console.call("GET", f"/api/gateway/logs?limit=1000&session_id={session}{cursor}")
            found += page["items"]
            if not page.get("next_cursor"):
                return found
            cursor = f"&cursor={page['next_cursor']}"

    deadline = time.monotonic() + seconds
    while len(found := all_of_them()) < wanted and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(found) == wanted, (replica.name, len(found), wanted)
    assert len({row["id"] for row in found}) == wanted
    return found


def counted(replica, model: str) -> int:
    usage = replica.console.call("GET", "/api/analytics/usage?group_by=model")
    return sum(item["requests"] for item in usage["items"] if item["group"]["model"] == model)
