"""`python -m services.documents` serves; `… rotate` wraps all keys anew; `… report [--since DAY]` says what was deleted."""

import argparse
import asyncio
import sys
from datetime import date, datetime, time

from chassis.clock import system_clock
from chassis.database import Database, create_pool
from chassis.events import EventSchemas
from chassis.service import Chassis, run
from chassis.settings import SettingsError, read_settings
from services.documents.app import SERVICE
from services.documents.use_cases import Vault, reporting, rotating


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m services.documents", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("rotate", help="wrap every document's key with the newest master key; then the old one can go")
    report = commands.add_parser("report", help="what was deleted and why, and what goes when")
    report.add_argument(
        "--since", type=date.fromisoformat, metavar="DAY", help="deletions from this day on: 2026-11-22"
    )
    given = parser.parse_args(arguments)
    if given.command is None:
        run(SERVICE)
    else:
        sys.exit(asyncio.run(_serve_command(given)))


async def _serve_command(given: argparse.Namespace) -> int:
    """The command, with the same settings as the service, which may be running."""
    try:
        settings, own = read_settings(SERVICE.settings)
    except SettingsError as error:
        sys.exit(f"These settings are missing or wrong:\n{error}")
    schemas = EventSchemas(SERVICE.contracts, SERVICE.envelope)
    async with create_pool(settings.database_url, f"documents {given.command}", 2) as pool:
        db = Database(pool, SERVICE.name, schemas, system_clock, lambda: None)
        async with SERVICE.start(Chassis(settings, db, system_clock), own) as vault:
            return await (_rotate(vault) if given.command == "rotate" else _report(vault, given.since))


async def _rotate(vault: Vault) -> int:
    done, failed = await rotating.rotate(vault)
    print(f"{done} keys are wrapped by {vault.keys.newest} now.")
    for document in failed:
        print(f"{document}: its master key is missing", file=sys.stderr)
    return 1 if failed else 0


async def _report(vault: Vault, since: date | None) -> int:
    async for line in reporting.report(vault, datetime.combine(since, time(), vault.zone) if since else None):
        print(line)
    return 0


if __name__ == "__main__":
    main(sys.argv[1:])
