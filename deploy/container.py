"""The entry point of a service's container.

    container.py [module arguments…]   replace ourselves by `python -m module` (the service when none is named)
    container.py --probe               exit 0 when the service says that it is ready

The set-up step leaves each service's settings in a file that only this service's container sees.
"""

import os
import sys
import urllib.request
from pathlib import Path


def settings(file: str | None) -> dict[str, str]:
    """The variables in `file`, one `NAME=value` a line."""
    if not file:
        return {}
    lines = Path(file).read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line)


def main() -> None:
    environ = os.environ | settings(os.environ.get("OUCHI_ENVIRONMENT_FILE"))
    if sys.argv[1:] == ["--probe"]:
        with urllib.request.urlopen(f"http://127.0.0.1:{environ['OUCHI_PORT']}/readyz", timeout=5):
            return
    words = sys.argv[1:] or [f"services.{environ['OUCHI_SERVICE']}"]
    os.execve(sys.executable, [sys.executable, "-m", *words], environ)  # noqa: S606 - a shell is what we avoid


if __name__ == "__main__":
    main()
