"""`make check`: everything that needs no server. All checks run, two at a time; what fails is shown whole."""

import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tools.places import ROOT

FOLDERS = ["chassis", "rules", "contracts", "services", "tools", "examples", "tests", "benchmarks", "deploy"]


@dataclass(frozen=True)
class Result:
    name: str
    seconds: float
    output: str
    ok: bool


def checks(root: Path = ROOT) -> dict[str, Sequence[str]]:
    """The slowest first, so that the others fit beside it."""
    folders = [folder for folder in FOLDERS if (root / folder).is_dir()]
    typed = [folder for folder in folders if folder != "deploy" and next((root / folder).rglob("*.py"), None)]
    templates = sorted({str(file.relative_to(root)) for file in _templates(root)})
    found: dict[str, Sequence[str]] = {
        "types (mypy)": [_tool("mypy"), *typed],
        "style (ruff)": [_tool("ruff"), "check", "--quiet", *folders],
        "format (ruff)": [_tool("ruff"), "format", "--check", "--quiet", *folders],
        "import rules": [_tool("lint-imports"), "--no-cache"],
        "contracts": [sys.executable, "-m", "contracts.asyncapi", "--check"],
        "languages": [sys.executable, "-m", "tools.messages", "--check"],
        "wheels of the images": [sys.executable, "-m", "tools.wheels", "--check"],
        "compose file": [_tool("pytest"), "-q", "--no-header", "tests/tools/test_compose.py"],
    }
    if templates:
        found["templates (djlint)"] = [_tool("djlint"), "--lint", "--quiet", *templates]
    return found


def run(name: str, command: Sequence[str]) -> Result:
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    return Result(name, time.monotonic() - began, (done.stdout + done.stderr).strip(), done.returncode == 0)


def main() -> int:
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(lambda item: run(*item), checks().items()))
    for result in results:
        print(f"{'ok  ' if result.ok else 'FAIL'} {result.name} ({result.seconds:.1f} s)")
        if not result.ok:
            print(result.output + "\n")
    return 0 if all(result.ok for result in results) else 1


def _templates(root: Path) -> list[Path]:
    return [
        file
        for folder in ("chassis", "services", "tools")
        for file in (root / folder).rglob("*.html")
        if "templates" in file.parts
    ]


def _tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


if __name__ == "__main__":
    sys.exit(main())
