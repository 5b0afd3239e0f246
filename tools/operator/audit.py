"""Who did what to which message: one JSON line each in `logs/operator.log` of the installation, without its content."""

import getpass
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chassis.clock import system_clock
from tools.errors import Stopped
from tools.installation import Installation
from tools.operator.answer import moment

#: Call it with the action and what it was done to.
Note = Callable[..., None]


@contextmanager
def noting(house: Installation) -> Iterator[Note]:
    """Opened before anything is done: what cannot be noted is not done."""
    file = house.var / "logs" / "operator.log"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        log = file.open("a", encoding="utf-8")
    except OSError as error:
        raise Stopped(f"{file} cannot be written ({type(error).__name__}), so nothing was done.") from None
    with log:

        def note(action: str, **about: object) -> None:
            line = {"at": moment(system_clock()), "operator": _operator(), "action": action, **about}
            log.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
            log.flush()

        yield note


def _operator() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # In a container the user may have no name.
        return str(os.getuid())
