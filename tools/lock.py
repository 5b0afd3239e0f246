"""`make lock`: every requirements/*.in resolved anew into a *.txt with hashes, naming no package index.

Everything that goes into an image must exist as a wheel for it: `tools.wheels` asks, and writes down that it was asked.
"""

import os
import subprocess
import sys
from pathlib import Path

from tools.places import ROOT
from tools.wheels import RECORD, record

FOLDER = ROOT / "requirements"
OPTIONS = [
    "--python-version=3.11",
    "--universal",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--custom-compile-command=make lock",
]
#: Only included by others.
FRAGMENTS = {"chassis.in"}


def main() -> int:
    uv = Path(sys.executable).with_name("uv")
    for source in sorted(FOLDER.glob("*.in")):
        if source.name in FRAGMENTS:
            continue
        target = source.with_suffix(".txt").name
        command = [str(uv), "pip", "compile", "--quiet", *OPTIONS, *_upgrade(), source.name, "-o", target]
        if subprocess.run(command, cwd=FOLDER, check=False).returncode != 0:
            return 1
        print(f"requirements/{target}", flush=True)
    problems = record()
    print("\n".join(problems) or RECORD)
    return 1 if problems else 0


def _upgrade() -> list[str]:
    """`make lock UPGRADE=1` takes the newest versions; without it only what has to change does."""
    return ["--upgrade"] if os.environ.get("UPGRADE") else []


if __name__ == "__main__":
    sys.exit(main())
