"""`python -m services.notifier`: run until SIGTERM or Ctrl-C."""

from chassis.service import run
from services.notifier.app import SERVICE

if __name__ == "__main__":
    run(SERVICE)
