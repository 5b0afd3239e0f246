"""Master keys are rotated by one command beside the running service, and old ones are destroyed."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chassis.clock import system_clock
from chassis.ids import new_id
from chassis.testing import MovableClock, started
from services.documents.app import SERVICE, DocumentsSettings
from tests.conftest import FromService
from tests.documents.conftest import CALLERS
from tests.documents.conftest import House as Documents
from tests.tools.operator.conftest import House
from tools.errors import Stopped
from tools.keys import Keys, MasterKeys
from tools.operator import master_keys
from tools.operator.findings import NOT_CHECKED, OK, PROBLEM

NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
async def documents(house: House, database_url: FromService, tmp_path: Path) -> AsyncIterator[Documents]:
    """documents, running on the installation's own keys and storage."""
    installation = replace(
        house.installation, master_keys_file=tmp_path / "master_keys", storage_url=(tmp_path / "storage").as_uri()
    )
    object.__setattr__(house, "installation", installation)
    installation.master_keys.make_first(None, system_clock())
    own = installation.environment("documents")
    settings = DocumentsSettings(
        own["OUCHI_LIBRARY"], own["OUCHI_STORAGE"], Path(own["OUCHI_MASTER_KEYS_FILE"]), CALLERS
    )
    url, clock = await database_url("documents"), MovableClock(system_clock())
    async with started(SERVICE, settings, url, clock) as (vault, client):
        yield Documents(vault, client, clock, tmp_path / "storage", settings, url)


async def test_a_rotation_leaves_everything_readable_and_the_old_key_nowhere(
    house: House, documents: Documents
) -> None:
    file = house.installation.master_keys.file
    before, old_file = file.read_bytes(), file.with_name("the old file itself")
    old_file.hardlink_to(file)
    kept = [await documents.stored() for _ in range(2)]
    [old] = master_keys.known(house.installation)
    answer = await house.ouchi("key", "rotate")
    [new] = master_keys.known(house.installation)
    assert answer.data == {"newest": new.name, "destroyed": [old.name]}
    assert (new.name != old.name, new.secret != old.secret) == (True, True)
    # The service has not been told anything.
    kept.append(await documents.stored())
    assert [(await documents.get(document)).status for document in kept] == [200] * 3
    assert await documents.rows("SELECT DISTINCT key_name FROM documents") == [{"key_name": new.name}]
    # Nor does the disk still have the old key where it was.
    assert old_file.read_bytes() == b"\0" * len(before)
    listed = await house.ouchi("key", "list")
    assert (listed.attention, [(key.name, key.documents) for key in listed.data]) == (False, [(new.name, 3)])


async def test_a_rotation_that_was_killed_goes_on_with_the_key_that_it_had_made(
    house: House, documents: Documents
) -> None:
    kept = [await documents.stored() for _ in range(2)]
    newest = house.installation.master_keys.add(system_clock())
    kept.append(await documents.stored())
    assert [(await documents.get(document)).status for document in kept] == [200] * 3
    listed = await house.ouchi("key", "list")
    assert (listed.attention, [key.documents for key in listed.data]) == (True, [2, 1])
    assert (await house.ouchi("key", "rotate")).data["newest"] == newest
    assert [(await documents.get(document)).status for document in kept] == [200] * 3


async def test_while_a_document_needs_the_old_key_it_is_kept(house: House, documents: Documents) -> None:
    document = await documents.stored()
    [row] = await documents.rows("SELECT folder FROM documents")
    key = documents.storage / row["folder"] / "key"
    whole = key.read_bytes()
    key.write_bytes(b"k0\n" + whole)
    with pytest.raises(Stopped, match=f"{document}: its master key is missing"):
        await house.ouchi("key", "rotate")
    assert len(master_keys.known(house.installation)) == 2
    key.write_bytes(whole)
    assert len((await house.ouchi("key", "rotate")).data["destroyed"]) == 1
    assert (await documents.get(document)).status == 200


@pytest.mark.parametrize(
    ("days", "keys", "state"), [(180, 1, OK), (181, 1, PROBLEM), (0, 2, PROBLEM), (0, 0, NOT_CHECKED)]
)
async def test_doctor_says_when_a_rotation_is_due(
    house: House, tmp_path: Path, days: int, keys: int, state: str
) -> None:
    installation = replace(house.installation, master_keys_file=tmp_path / "keys")
    for number in range(keys):
        if number:
            installation.master_keys.add(NOW)
        else:
            installation.master_keys.make_first(None, NOW - timedelta(days=days))
    assert master_keys.check_age(installation, NOW).state == state


def test_the_key_of_an_installation_from_before_there_were_files_is_moved_and_forgotten(tmp_path: Path) -> None:
    secrets = Keys(tmp_path / "secrets.json")
    other, old = secrets.get("intake.secret_key"), secrets.get("documents.master_key", lambda: "A" * 43 + "=")
    (tmp_path / "the file itself").hardlink_to(tmp_path / "secrets.json")
    keys = MasterKeys(tmp_path / "keys" / "documents")
    for _ in range(2):
        keys.make_first(secrets.peek("documents.master_key"), NOW)
        secrets.take("documents.master_key")
    assert [(key.name, key.secret) for key in keys.read()] == [("k1", bytes(32))]
    assert json.loads((tmp_path / "secrets.json").read_text()) == {"intake.secret_key": other}
    assert old.encode() not in (tmp_path / "the file itself").read_bytes()
    assert (keys.file.stat().st_mode & 0o777, keys.file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_file_that_was_lost_and_made_anew_is_not_taken_for_the_one_that_was_lost(tmp_path: Path) -> None:
    names = set()
    for _ in range(5):
        keys = MasterKeys(tmp_path / f"{new_id()}")
        keys.make_first(None, NOW)
        names |= {key.name for key in keys.read()}
    assert len(names) == 5
