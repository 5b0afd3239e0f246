"""`python -m services.review` serves; `… add-staff USERNAME [ROLE]` makes a staff account (password from stdin)."""

import asyncio
import sys

from chassis.clock import system_clock
from chassis.database import Database, create_pool
from chassis.errors import Invalid
from chassis.events import EventSchemas
from chassis.service import Chassis, run
from chassis.settings import SettingsError, read_settings
from services.review import use_cases
from services.review.app import SERVICE


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
                sys.exit("The account was not made: " + ", ".join(each.code for each in error.errors))
    print(f"{staff.username} ({staff.role})")


if __name__ == "__main__":
    main(sys.argv[1:])
