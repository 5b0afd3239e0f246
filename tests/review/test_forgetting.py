"""Forgetting: on the policy's day nothing of an application is left, but the registration and rows without names."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import NotFound
from chassis.ids import new_id
from services.review import use_cases
from services.review.model import APPROVE, REJECT, Decision, Reason
from services.review.model.forgetting import lowest_id
from services.review.use_cases import forgetting
from tests.review import samples
from tests.review.conftest import House

#: Of the sample's applicant; none of it may stand anywhere once its day has come.
EVERYWHERE = """
SELECT table_name FROM information_schema.tables
 WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name !~ '^(migrations|outbox|inbox)'
 ORDER BY table_name
"""
KEPT = {
    "audit",
    "card_numbers",
    "card_counters",
    "registrations",
    "registration_versions",
    "staff",
    "erasures",
    "digests",
}


async def decided(house: House, decision: str) -> UUID:
    case = await house.claimed()
    reasons = (Reason("application", "not_eligible"),) if decision == REJECT else ()
    await use_cases.decide(house.review, case.id, house.reviewer, Decision(case.version, decision, reasons))
    await house.hear(samples.mail(case.application_id, "sent"), samples.masked(case.application_id, new_id()))
    return case.application_id


async def filled(house: House) -> set[str]:
    """The tables with rows in them."""
    tables = [row["table_name"] for row in await house.rows(EVERYWHERE)]
    return {name for name in tables if await house.rows(f"SELECT FROM {name} LIMIT 1")}


async def spoken_of(house: House, application: UUID) -> set[str]:
    """The tables with a row that names this application."""
    found = set()
    for name in await filled(house):
        rows: list[dict[str, Any]] = await house.rows(f"SELECT t::text AS row FROM {name} t")
        found |= {name for row in rows if str(application) in row["row"]}
    return found


async def run(house: House, **later: float) -> None:
    house.clock.move(**later)
    await forgetting.forget_ended(house.review)


@pytest.mark.parametrize(("decision", "days"), [(APPROVE, 90), (REJECT, 90)])
async def test_a_decided_application_is_forgotten_on_its_day_and_not_before(
    house: House, decision: str, days: int
) -> None:
    application = await decided(house, decision)
    case = (await house.of(application)).case
    await run(house)
    # It is noon in Japan: the day begins twelve hours earlier.
    await run(house, days=days - 1, hours=11, minutes=59, seconds=59)
    assert (await house.of(application)).case == case
    await run(house, seconds=1)
    assert await filled(house) - KEPT == set()
    registered = {"registrations", "registration_versions"} if decision == APPROVE else set()
    assert await spoken_of(house, application) == {"erasures", *registered}
    with pytest.raises(NotFound):
        await use_cases.get_case(house.review, case.id)
    # Who did what stays, without a name.
    assert {row["action"] for row in await house.rows("SELECT action FROM audit")} >= {"claimed", "decided"}
    assert "吉田" not in str(await house.rows("SELECT * FROM audit"))


async def test_a_withdrawn_application_is_forgotten_after_the_days_for_withdrawn_ones(house: House) -> None:
    view = await house.case()
    application = view.case.application_id
    await house.hear(samples.withdrawn(application))
    await run(house)
    await run(house, days=29)
    assert (await house.of(application)).case.status == "closed"
    await run(house, days=1)
    assert await spoken_of(house, application) == {"erasures"}


async def test_what_waits_is_never_forgotten(house: House) -> None:
    view = await house.case()
    for _ in range(3):
        await run(house, days=4000)
    assert (await house.of(view.case.application_id)).case.status == "waiting"


async def test_a_case_that_goes_on_has_its_clock_set_anew(house: House) -> None:
    application = await decided(house, REJECT)
    await run(house)
    async with house.db.transaction() as tx:
        await tx.conn.execute("UPDATE cases SET status = 'waiting', decision = NULL")
    await run(house, days=200)
    async with house.db.transaction() as tx:
        await tx.conn.execute("UPDATE cases SET status = 'decided', decision = 'reject'")
    await run(house)
    assert (await house.of(application)).case.status == "decided"
    await run(house, days=90)
    assert await spoken_of(house, application) == {"erasures"}


async def test_what_was_never_handed_over_goes_once_it_is_old(house: House) -> None:
    start = house.clock()
    old, new = (samples.stored(lowest_id(start + timedelta(days=days)), new_id()) for days in (0, 1))
    await house.hear(old, new, samples.mail(old.subject, "failed"), samples.deleted(old.subject, new_id()))
    await run(house, days=89)
    assert await spoken_of(house, old.subject) == {"documents", "document_fates", "mails"}
    await run(house, days=1)
    assert await spoken_of(house, old.subject) == {"erasures"}
    assert await spoken_of(house, new.subject) == {"documents"}


async def test_many_are_forgotten_in_batches(house: House) -> None:
    application = await decided(house, REJECT)
    async with house.db.transaction() as tx:
        columns = [
            row["column_name"]
            for row in await tx.conn.fetch(
                "SELECT column_name FROM information_schema.columns WHERE table_name = 'cases'"
                " AND is_generated = 'NEVER' AND column_name NOT IN ('id', 'application_id')"
            )
        ]
        await tx.conn.execute(
            f"INSERT INTO cases (id, application_id, {', '.join(columns)})"
            f" SELECT gen_random_uuid(), gen_random_uuid(), {', '.join(columns)}"
            " FROM cases, generate_series(1, 100) WHERE application_id = $1",
            application,
        )
    await run(house)
    house.clock.move(days=90)
    assert await forgetting.forget_ended(house.review) is True
    assert await forgetting.forget_ended(house.review) is False
    assert await house.rows("SELECT FROM cases") == []


async def test_registrations_that_expired_long_ago_go(house: House) -> None:
    await decided(house, APPROVE)
    [row] = await house.rows("SELECT expires_on FROM registrations")
    retention = house.review.policy.retention
    house.clock.time = datetime.combine(row["expires_on"], datetime.min.time(), UTC) + timedelta(
        days=retention.registrations_after_expiry
    )
    await forgetting.forget_old(house.review)
    assert len(await house.rows("SELECT FROM registrations")) == 1
    house.clock.move(days=1)
    await forgetting.forget_old(house.review)
    assert await house.rows("SELECT FROM registrations") == []
    # The number itself is never given twice.
    assert len(await house.rows("SELECT FROM card_numbers")) == 1


AUDIT_OF = (
    "INSERT INTO audit (id, at, action, detail) VALUES (gen_random_uuid(), now() - $1 * interval '1 day', 'x', '{}')"
)


async def test_old_audit_rows_go_and_those_that_the_policy_keeps_stay_whatever_is_asked(house: House) -> None:
    kept = house.review.policy.retention.audit
    for days in (kept + 1, kept - 2, 0):
        await house.rows(AUDIT_OF, days)
    house.clock.time = datetime.now(UTC)
    before = len(await house.rows("SELECT FROM audit"))
    await forgetting.forget_old(house.review)
    assert len(await house.rows("SELECT FROM audit")) == before - 1
    # By a wrong clock, or by somebody who has the service's password.
    house.clock.move(days=10 * kept)
    await forgetting.forget_old(house.review)
    assert await house.rows("SELECT public.prune_audit(now() + interval '1 year', 1000) AS gone") == [{"gone": 0}]
    assert len(await house.rows("SELECT FROM audit")) == before - 1
