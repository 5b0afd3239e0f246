"""`./ouchi`, or `python -m tools.operator`."""

import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.errors import Stopped
from tools.operator.arguments import parse
from tools.operator.house import find_house
from tools.places import ROOT


def main(words: Sequence[str]) -> int:
    """Run one command and print its answer. Returns the exit code: 1 where somebody should act."""
    options = parse(words, Path(os.environ.get("OUCHI_LIBRARY") or ROOT / "config" / "library.toml"))
    try:
        answer = asyncio.run(options.run(find_house(), options))
    except Stopped as reason:
        print(reason, file=sys.stderr)
        return 1
    print(answer.as_json() if options.json else answer.text)
    return int(answer.attention)


if __name__ == "__main__":
    # What libraries log would stand before our own sentence; the sentence says it.
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("Interrupted. What was done so far is in the installation's logs/operator.log.")
