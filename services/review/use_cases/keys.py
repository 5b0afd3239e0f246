"""Making match keys anew after the rules changed, so that what was stored before meets what comes now."""

from rules.understanding import KEYS, match_key
from services.review.model import Person
from services.review.model.applications import applicant_of
from services.review.store import keys as store
from services.review.use_cases.context import Review

#: A key takes some 0.1 ms, and the loop must answer others meanwhile.
BATCH = 50


async def renew_keys(review: Review) -> bool:
    """Renew the keys of some rows that an older version made. True where there may be more. Any number of replicas may do it."""
    async with review.db.transaction() as tx:
        cases = await store.old_cases(tx.conn, KEYS, BATCH)
        await store.renew_cases(tx.conn, [(id_, applicant_of(data).person) for id_, data in cases], KEYS)
    async with review.db.transaction() as tx:
        registrations = await store.old_registrations(tx.conn, KEYS, BATCH)
        people = [
            (
                row["id"],
                Person(
                    match_key("name", row["name"]),
                    match_key("kana", row["kana"]) if row["kana"] else None,
                    row["birth_date"],
                    match_key("address", row["address"]),
                    row["phone_key"],
                ),
            )
            for row in registrations
        ]
        await store.renew_registrations(tx.conn, people, KEYS)
    return BATCH in (len(cases), len(registrations))
