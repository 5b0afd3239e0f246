"""`python -m services.intake`: run the service."""

from chassis.service import run
from services.intake.app import SERVICE

if __name__ == "__main__":
    run(SERVICE)
