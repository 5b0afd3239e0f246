"""`python -m tests.browser.worn_out SERVICE`: the service, with as many waiting for its hashing as may wait."""

import importlib
import sys

from chassis import passwords
from chassis.service import run

if __name__ == "__main__":
    passwords._WAITING = 0
    run(importlib.import_module(f"services.{sys.argv[1]}.app").SERVICE)
