"""`make setup`: the environment in .venv, from the locked requirements. Standard library only; any Python from 3.11.

python3 -m tools.bootstrap              the environment
python3 -m tools.bootstrap --browser    a Chromium and Japanese fonts too, for the tests that need them
python3 -m tools.bootstrap --bench      what `make bench` measures us beside
python3 -m tools.bootstrap --axe        the accessibility rules that `make browser` holds each page against
"""

import hashlib
import shutil
import ssl
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tools import packages
from tools.errors import Stopped
from tools.places import ROOT

SETUP = Path("requirements/setup.txt")
DEVELOPMENT = Path("requirements/development.txt")
POSTAL_CODES = Path("tools/postal_codes.py")
BENCH = Path("requirements/bench.txt")
NODE = Path("requirements/browser.txt")
RULES = Path("tests/browser")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
JAPANESE_FONTS = ("NotoSansCJK", "NotoSansJP", "ipag", "IPA", "VL-Gothic", "TakaoGothic")
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path("~/.fonts").expanduser())


def fingerprint(root: Path = ROOT) -> str:
    """Changes when the locked requirements, the Python, or what makes the table of postal codes do."""
    locked = [(root / file).read_bytes() for file in (SETUP, DEVELOPMENT, POSTAL_CODES)]
    return hashlib.sha256(b"\0".join([*locked, sys.version.encode()])).hexdigest()


def set_up(root: Path = ROOT) -> None:
    stamp = root / ".venv" / "ouchi.stamp"
    wanted = fingerprint(root)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    python = root / ".venv" / "bin" / "python"
    if not _works(python):
        print("Making the environment in .venv …", flush=True)
        shutil.rmtree(root / ".venv", ignore_errors=True)
        _make_environment(root)
    print("Installing the locked requirements …", flush=True)
    _run(python, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", root / SETUP)
    uv = root / ".venv" / "bin" / "uv"
    _run(
        uv,
        "pip",
        "sync",
        "--quiet",
        *trust(),
        "--python",
        python,
        "--require-hashes",
        root / SETUP,
        root / DEVELOPMENT,
    )
    print("Making the table of postal codes …", flush=True)
    done = subprocess.run([str(python), "-m", "tools.postal_codes"], cwd=root, check=False)
    if done.returncode != 0:
        raise Stopped("python -m tools.postal_codes failed; what it printed is above.")
    stamp.write_text(wanted)


def add_bench(root: Path = ROOT) -> None:
    """Beside what is there: the next `make setup` that has something to do takes it away again."""
    _add(root, BENCH)


def add_axe(root: Path = ROOT) -> None:
    """By npm, as locked; it comes with node from a package where the machine has none."""
    npm = shutil.which("npm")
    if npm is None:
        _add(root, NODE)
        npm = str(root / ".venv" / "bin" / "npm")
    _run(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", root / RULES)


def _add(root: Path, locked: Path) -> None:
    binaries = root / ".venv" / "bin"
    options = ["--quiet", *trust(), "--python", str(binaries / "python"), "--require-hashes", "-r", str(root / locked)]
    _run(binaries / "uv", "pip", "install", *options)


def trust() -> list[str]:
    """Like pip, uv shall trust what this machine trusts, such as an organisation's own proxy."""
    return ["--system-certs"] if ssl.get_default_verify_paths().cafile else []


def require_browser() -> None:
    missing = []
    if not any(shutil.which(name) for name in BROWSERS):
        missing.append("chromium")
    if not any(_fonts(folder) for folder in FONT_FOLDERS):
        missing.append("fonts-noto-cjk")
    if missing:
        packages.install(missing, "what the tests in a browser need")


def _make_environment(root: Path) -> None:
    command = [sys.executable, "-m", "venv", str(root / ".venv")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        # Debian keeps ensurepip in a package of its own.
        shutil.rmtree(root / ".venv", ignore_errors=True)
        packages.install(["python3-venv"], "Python's venv module")
        _run(*command)


def _works(python: Path) -> bool:
    if not python.exists():
        return False
    probe = [str(python), "-c", "import pip, sys; print(sys.version)"]
    done = subprocess.run(probe, capture_output=True, text=True, check=False)
    return done.returncode == 0 and done.stdout.strip() == sys.version


def _fonts(folder: Path) -> bool:
    return folder.is_dir() and any(next(folder.rglob(f"{name}*"), None) for name in JAPANESE_FONTS)


def _run(*command: str | Path) -> None:
    done = subprocess.run(list(map(str, command)), check=False)
    if done.returncode != 0:
        raise Stopped(f"{' '.join(map(str, command))} failed; what it printed is above.")


def main(arguments: Sequence[str]) -> None:
    set_up()
    if "--bench" in arguments:
        add_bench()
    if "--axe" in arguments:
        add_axe()
    if "--browser" in arguments:
        require_browser()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Stopped as reason:
        sys.exit(str(reason))
