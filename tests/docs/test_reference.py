"""What the documents list is what there is: metrics, and the generated tables of variables and settings.

Uses the same stack as the other suites (`TW_TEST_BINARIES` says where the binaries are):

    python -m pytest -c tests/pytest.ini --rootdir tests tests/docs
"""

import json
import os
import pathlib
import re
import sys
import urllib.error
import urllib.request

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from regenerate import PAGE, told, with_generated  # noqa: E402

ROOT = pathlib.Path(__file__).parents[2]
METRICS = ROOT / "docs" / "METRICS.md"

pytestmark = pytest.mark.gateway


def documented() -> set[str]:
    """The names in the first column of the tables."""
    return set(re.findall(r"^\| `([a-z_]+)` \|", METRICS.read_text(), re.MULTILINE))


def in_code() -> set[str]:
    """Every name that is given to a metrics macro, and the second names of the page."""
    names = set()
    for path in (ROOT / "crates").glob("*/src/**/*.rs"):
        names |= set(re.findall(r'\b(?:counter|gauge|histogram)!\(\s*"([a-z_]+)"', path.read_text()))
    page = (ROOT / "crates/thinkwatch/src/metrics_page.rs").read_text()
    aliases = page.split("const ALIASES")[1].split("];")[0]
    return names | {second for _, second in re.findall(r'\("([a-z_]+)", "([a-z_]+)"\)', aliases)}


def ask(url: str, headers=None, body=None) -> tuple[int, str]:
    request = urllib.request.Request(url, data=json.dumps(body).encode() if body else None, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_every_metric_of_the_code_is_documented_and_no_other():
    assert len(in_code()) > 20
    assert documented() == in_code()


def test_what_a_running_server_shows_is_documented(stack):
    call = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello"}]}
    assert ask(f"{stack.url}/v1/chat/completions", {"content-type": "application/json"}, call)[0] == 401
    key = {"authorization": f"Bearer {stack.openai_key}", "content-type": "application/json"}
    assert ask(f"{stack.url}/v1/chat/completions", key, call | {"model": "no-such-model"})[0] == 404
    status, page = ask(f"{stack.url}/metrics")
    assert status == 200
    shown = dict(re.findall(r"^# TYPE (\S+) (\S+)$", page, re.MULTILINE))
    assert {"gateway_refused_total", "thinkwatch_spool_bytes", "http_requests_errors_total"} <= set(shown)
    assert set(shown) <= documented()
    types = dict(re.findall(r"^\| `([a-z_]+)` \| (counter|gauge|histogram) \|", METRICS.read_text(), re.MULTILINE))
    wrong = {name: kind for name, kind in shown.items() if types.get(name, kind) != kind}
    assert not wrong


def test_the_tables_of_variables_and_settings_are_up_to_date():
    binary = pathlib.Path(os.environ["TW_TEST_BINARIES"]) / "thinkwatch"
    page = PAGE.read_text()
    assert with_generated(page, told(binary)) == page, "run: python3 tests/docs/regenerate.py <binary>"


def test_links_between_documents_lead_somewhere():
    def anchors(page: pathlib.Path) -> set[str]:
        heads = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL), re.MULTILINE)
        return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}

    pages = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]
    pages += sorted((ROOT / "docs").rglob("*.md"))
    broken = []
    for page in pages:
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
            if "://" in link:
                continue
            path, _, anchor = link.partition("#")
            target = (page.parent / path) if path else page
            if not target.exists() or (anchor and anchor not in anchors(target)):
                broken.append(f"{page.relative_to(ROOT)}: {link}")
    assert not broken


def test_no_suite_is_forgotten_by_the_run_of_all():
    listed = re.search(r"^ALL = (\[.*\])$", (ROOT / "tests/run.py").read_text(), re.MULTILINE)
    run = re.findall(r"^part \S+ scripts/end-to-end (.*)$", (ROOT / "scripts/test").read_text(), re.MULTILINE)
    assert listed and sorted(json.loads(listed[1])) == sorted(" ".join(run).split())
