"""The master keys of documents: a new one, every document's key wrapped anew by it, and the old ones destroyed.

Each step may be cut off: the keys in use stay in the file until nothing needs them, and the next run goes on.
"""

import asyncio
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.key_files import Key
from chassis.settings import SettingsError
from tools.errors import Stopped
from tools.installation import Installation
from tools.operator.audit import Note
from tools.operator.findings import NOT_CHECKED, OK, PROBLEM, Finding
from tools.operator.house import database
from tools.processes import tail_of

#: After so long a new one is due: backups made before, and what the database's log kept of keys, are then worth nothing.
LONGEST = timedelta(days=180)
#: Documents under each master key that are not deleted; names whose count is 0 are not there.
IN_USE = "SELECT key_name, count(*) AS documents FROM documents WHERE key_name IS NOT NULL GROUP BY key_name"


@dataclass(frozen=True)
class MasterKey:
    """A master key, without the key; `documents`: how many documents it opens."""

    name: str
    made_at: datetime
    newest: bool
    documents: int


def known(house: Installation) -> list[Key]:
    """The keys, the newest last. Raises Stopped."""
    try:
        return house.master_keys.read()
    except SettingsError as error:
        raise Stopped(f"The master keys cannot be read: {error}.") from None


async def listed(house: Installation) -> list[MasterKey]:
    """Every master key, and those that documents need and that are not there."""
    keys = known(house)
    async with database(house, "documents") as conn:
        counts = {row["key_name"]: row["documents"] for row in await conn.fetch(IN_USE)}
    return [MasterKey(key.name, key.made_at, key is keys[-1], counts.get(key.name, 0)) for key in keys]


async def rotate(house: Installation, now: datetime, note: Note) -> tuple[str, list[str]]:
    """The name of the new key, and of those that were destroyed. Raises Stopped: the old ones are then kept."""
    keys = known(house)
    if len(keys) == 1:
        name = house.master_keys.add(now)
        note("make master key", name=name)
    else:
        # A rotation that was cut off goes on.
        name = keys[-1].name
    await asyncio.to_thread(_wrap_anew, house)
    async with database(house, "documents") as conn:
        counts = {row["key_name"]: row["documents"] for row in await conn.fetch(IN_USE)}
    if needed := sorted(counts.keys() - {name}):
        raise Stopped(f"Some documents still need {', '.join(needed)}: nothing was destroyed. Run it again.")
    gone = house.master_keys.destroy_old()
    for old in gone:
        note("destroy master key", name=old)
    return name, gone


def _wrap_anew(house: Installation) -> None:
    """By documents' own command, with its own rights, beside the running service."""
    inherited = {name: value for name, value in os.environ.items() if name == "PATH" or name.startswith("AWS_")}
    told = {**house.environment("documents"), "OUCHI_MASTER_KEYS_FILE": str(house.master_keys.file)}
    done = subprocess.run(
        [sys.executable, "-m", "services.documents", "rotate"],
        env=inherited | told,
        cwd=house.root,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = tail_of(done.stdout + done.stderr)
        raise Stopped(f"Not every document's key could be wrapped anew, so the old master keys are kept:\n{said}")


def check_age(house: Installation, now: datetime) -> Finding:
    """Whether a rotation is due, or was cut off."""
    try:
        keys = house.master_keys.read()
    except SettingsError as error:
        return Finding("master keys", NOT_CHECKED, str(error))
    newest = keys[-1]
    if len(keys) > 1:
        older = ", ".join(key.name for key in keys[:-1])
        return Finding(
            "master keys", PROBLEM, f"a rotation was cut off, {older} still there: ./ouchi key rotate goes on with it"
        )
    days = (now - newest.made_at).days
    if now - newest.made_at > LONGEST:
        return Finding(
            "master keys", PROBLEM, f"{newest.name} is {days} days old, more than {LONGEST.days}: ./ouchi key rotate"
        )
    return Finding("master keys", OK, f"{newest.name} is {days} days old")
