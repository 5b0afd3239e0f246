"""What goes into the images exists as wheels for them: the Dockerfile builds nothing from source.

    python -m tools.wheels            ask the package index as the images will, and write down what was found
    python -m tools.wheels --check    in `make check`: at once where the locked files are as they were when asked, else ask

Written down are hashes of the locked files, which hold those of every package: what was found stays so.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from contracts import SERVICES
from tools.bootstrap import trust
from tools.places import ROOT

RECORD = Path("requirements/wheels.json")
#: The machines that the images are built for.
PLATFORMS = ("x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu")


def python_of_the_images(root: Path) -> str:
    """3.11, as the Dockerfile says."""
    found = re.search(r"(?m)^FROM python:(\d+\.\d+)", (root / "Dockerfile").read_text())
    assert found, "the Dockerfile begins with another image"
    return found[1]


def hashes(root: Path) -> dict[str, str]:
    """Of the locked file of each image, what makes the answer another one: its bytes, the Python and the machines."""
    about = f"{python_of_the_images(root)} {' '.join(PLATFORMS)}\n".encode()
    files = [root / "requirements" / f"{service}.txt" for service in SERVICES]
    return {file.name: sha256(about + file.read_bytes()).hexdigest() for file in files}


def missing(root: Path, file: str) -> list[str]:
    """What the package index says, for each machine, where something exists for it as source alone."""
    found = []
    for platform in PLATFORMS:
        with tempfile.TemporaryDirectory() as nowhere:
            done = subprocess.run(_question(root, file, platform, nowhere), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            found.append(f"requirements/{file}, {platform}:\n{done.stderr.strip()}")
    return found


def _question(root: Path, file: str, platform: str, target: str) -> list[str]:
    """As pip is asked in the Dockerfile, but nothing is installed."""
    uv = str(Path(sys.executable).with_name("uv"))
    words = ["pip", "install", "--dry-run", "--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:", *trust()]
    machine = ["--python-platform", platform, "--python-version", python_of_the_images(root), "--target", target]
    return [uv, *words, *machine, "-r", str(root / "requirements" / file)]


def recorded(root: Path) -> Mapping[str, str]:
    file = root / RECORD
    return dict(json.loads(file.read_text())) if file.exists() else {}


def examine(root: Path, *, everything: bool) -> list[str]:
    """The problems of every locked file that has changed since it was asked about, or of all."""
    known = {} if everything else recorded(root)
    return [line for file, now in hashes(root).items() if known.get(file) != now for line in missing(root, file)]


def record(root: Path = ROOT) -> list[str]:
    """Ask about every locked file. Without a problem it is written down; returns the problems."""
    problems = examine(root, everything=True)
    if not problems:
        (root / RECORD).write_text(json.dumps(hashes(root), indent=2) + "\n")
    return problems


def main() -> int:
    problems = examine(ROOT, everything=False) if "--check" in sys.argv[1:] else record()
    if problems:
        print("\n".join(problems))
        print(
            "The images are built from wheels alone: take another package, or `make lock` where a locked file is wrong."
        )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
