"""`python -m services.review` serves; `… add-staff USERNAME [ROLE]` makes a staff account (password from stdin)."""

import asyncio
import sys

from chassis.clock import system_clock
from chassis.database import Database, create_pool
from chassis.errors import Invalid
from chassis.events import EventSchemas
from chassis.service import Chassis, run
from chassis.settings import SettingsError, read_settings
from rules.passwords import STAFF_MINIMUM
from services.review import use_cases
from services.review.app import SERVICE
from services.review.model import ROLES

#: Why an account is not made, by code.
REASONS = {
    "username_invalid": "The name needs 2 to 64 of the letters a-z, digits and . _ @ -, and begins with a letter or digit.",
    "role_unknown": f"The role must be one of: {', '.join(ROLES)}.",
    "password_too_short": f"The password needs at least {STAFF_MINIMUM} characters.",
    "password_too_long": "The password is too long.",
    "password_blank": "The password is made of spaces.",
    "password_ctrl": "The password has characters that cannot be typed.",
    "password_common": "The password is a common one, or little more than one: it would be guessed.",
    "password_own": "The password is little more than the account's own name: it would be guessed.",
}


def main(arguments: list[str]) -> None:
    if not arguments:
        run(SERVICE)
    elif arguments[0] == "add-staff" and len(arguments) in (2, 3):
        asyncio.run(add_staff(*arguments[1:]))
    else:
        sys.exit("python -m services.review [add-staff USERNAME [ROLE]]")


async def add_staff(username: str, role: str = "reviewer") -> None:
    """Make the account, or set its password (the first line of stdin) and role. Again with the same: no change."""
    password = sys.stdin.readline().rstrip("\r\n")
    try:
        settings, own = read_settings(SERVICE.settings)
    except SettingsError as error:
        sys.exit(f"These settings are missing or wrong:\n{error}")
    schemas = EventSchemas(SERVICE.contracts, SERVICE.envelope)
    async with create_pool(settings.database_url, "review add-staff", 1) as pool:
        db = Database(pool, SERVICE.name, schemas, system_clock, lambda: None)
        async with SERVICE.start(Chassis(settings, db, system_clock), own) as review:
            try:
                staff = await use_cases.add_staff(review, username, password, role)
            except Invalid as error:
                sys.exit(
                    "The account was not made: " + " ".join(REASONS.get(each.code, each.code) for each in error.errors)
                )
    print(f"{staff.username} ({staff.role})")


if __name__ == "__main__":
    main(sys.argv[1:])
