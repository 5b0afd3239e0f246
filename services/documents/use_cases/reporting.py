"""The report for the office that answers for personal data: what was destroyed and why, and what goes when."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime

from services.documents import store
from services.documents.model.retention import OPEN, unfinished_on
from services.documents.use_cases.vault import Vault


async def report(vault: Vault, since: datetime | None) -> AsyncIterator[str]:
    """Line by line: deletions (since a moment, or all), what goes on which day, and what belongs to nothing."""
    zone = vault.zone
    async with vault.db.connection() as conn:
        deletions, kept = await store.deletions(conn, since), await store.kept(conn)
    yield "deleted at, document, application, type/side, stored on, why, by"
    for each in deletions:
        yield "  ".join(
            (
                f"{each['deleted_at'].astimezone(zone):%Y-%m-%dT%H:%M:%S%z}",
                str(each["id"]),
                str(each["application"]),
                f"{each['type']}/{each['side']}",
                f"{each['stored_at'].astimezone(zone):%Y-%m-%d}",
                each["deleted_because"],
                each["deleted_by"] or "retention",
            )
        )
    yield f"{len(deletions)} deleted, the keys of all of them destroyed"
    due: Counter[tuple[str, str]] = Counter()
    for each in kept:
        on = each["delete_on"] or unfinished_on(vault.policy, each["stored_at"])
        due["" if each["outcome"] == OPEN else on.isoformat(), each["outcome"] or "unfinished"] += 1
    yield "goes on, why, documents"
    for (day, why), count in sorted(due.items()):
        yield f"{day or 'not yet'}  {why}  {count}"
    orphans = 0
    async for folders in vault.storage.folders_before(vault.now()):
        async with vault.db.connection() as conn:
            orphans += len(folders - await store.living_folders(conn, folders))
    yield f"{orphans} folders in the storage that belong to no document: the sweep takes them after an hour"
