"""Runs the suites of this folder, each against a stack of its own, and exits with 1 if one failed.

    python tests/run.py [--direct] [suite...]      suites: python node bytes convert bad_input clients docs operations resilience limits cache replicas fault browser

`--direct` leaves the gateway out and talks to the simulator itself: it proves the suites and the simulator, not the gateway.
"""

import json
import os
import pathlib
import platform
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
PYTEST = {
    "python": "sdk_python", "bytes": "bytes", "convert": "convert", "bad_input": "bad_input", "clients": "clients", "operations": "operations", "fault": "fault",
    "docs": "docs", "resilience": "resilience", "limits": "limits", "cache": "cache", "replicas": "replicas",
}
ALL = ["python", "node", "bytes", "convert", "bad_input", "clients", "docs", "operations", "resilience", "limits", "cache", "replicas", "fault", "browser"]
# What only a gateway has.
NOT_DIRECT = {"convert", "operations", "resilience", "limits", "cache", "replicas", "fault", "docs", "browser"}


def run_pytest(folder: str, direct: bool) -> int:
    environment = os.environ | {"TW_TEST_DIRECT": "1" if direct else "0", "PYTHONDONTWRITEBYTECODE": "1"}
    pytest = [sys.executable, "-m", "pytest", "-c", HERE / "pytest.ini", "--rootdir", HERE]
    if folder != "fault" or os.geteuid() == 0:
        return subprocess.call([*pytest, HERE / folder], env=environment)
    # Small disks are mounted by root, if only in a namespace of its own; PostgreSQL does not run as root, not even as such a one.
    disks = HERE / folder / "test_disk.py"
    code = subprocess.call([*pytest, f"--ignore={disks}", HERE / folder], env=environment)
    return code | subprocess.call(["unshare", "--user", "--map-root-user", "--mount", *pytest, disks], env=environment)


def node_binary() -> str:
    """Node 22 from the SDK tests' own packages; elsewhere the system's."""
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), "none")
    own = HERE / "node" / "node_modules" / f"node-linux-{machine}" / "bin" / "node"
    return str(own) if own.exists() else "node"


def run_node(direct: bool) -> int:
    sys.path.insert(0, str(HERE))
    from harness.stack import HOUSE, Stack

    stack = Stack(direct=direct)
    try:
        told = {
            "url": stack.url, "simulator": stack.simulator.url, "direct": direct, "openai_key": stack.openai_key,
            "anthropic_key": stack.anthropic_key, "models": {name: upstream for name, (_, upstream) in HOUSE.items()} if direct else {},
        }
        if not direct:
            told |= {"console": stack.console.url, "token": stack.console.token, "narrow_key": stack.key(allowed_models=["house-*"])}
        tests = sorted(str(path) for path in (HERE / "node").glob("*.test.mjs"))
        # One file after the other: a test looks at everything that reached the provider since it began.
        command = [node_binary(), "--test", "--test-concurrency=1", "--test-reporter=spec", *tests]
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "ANTHROPIC_"))}
        return subprocess.call(command, env=environment | {"TW_TEST_STACK": json.dumps(told)})
    finally:
        stack.stop()


def run_browser() -> int:
    """`TW_BROWSER_ARGS` is handed on: a file, or `-g` and words of a test's name."""
    playwright = ["node", HERE / "browser" / "node_modules" / "@playwright" / "test" / "cli.js", "test"]
    picked = shlex.split(os.environ.get("TW_BROWSER_ARGS", ""))
    if picked:
        return subprocess.call([*playwright, *picked], cwd=HERE / "browser")
    # What measures time is alone while it does.
    turns = [["--grep-invert", "@measured"], ["--grep", "@measured", "--workers", "1"]]
    return max(subprocess.call([*playwright, *turn], cwd=HERE / "browser") for turn in turns)


def main() -> int:
    arguments = sys.argv[1:]
    direct = "--direct" in arguments
    suites = [argument for argument in arguments if argument != "--direct"] or ALL
    unknown = set(suites) - set(ALL)
    if unknown:
        print(f"no such suite: {', '.join(sorted(unknown))}; there are {', '.join(ALL)}")
        return 2
    failed = 0
    for suite in suites:
        if direct and suite in NOT_DIRECT:
            continue
        print(f"-- {suite}", flush=True)
        code = run_node(direct) if suite == "node" else run_browser() if suite == "browser" else run_pytest(PYTEST[suite], direct)
        failed |= code != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
