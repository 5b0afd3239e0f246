"""Another e-mail address, and the ends that intake tells of: in every order and twice, the same comes of it."""

import itertools
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import Conflict
from chassis.events import Event
from chassis.ids import new_id
from services.review import use_cases
from services.review.model import APPROVE, CORRECT, Decision, Reason
from tests.review import samples
from tests.review.conftest import House

OLD, NEW, NEWEST = "hana@example.jp", "hanako@example.jp", "h@example.jp"
HELD = ("cases", "contacts", "amendments", "withdrawals", "documents", "document_fates", "mails")
CORRECTION = Decision(1, CORRECT, (Reason("application", "other"),))


async def cases(house: House, application: UUID) -> list[dict[str, Any]]:
    return await house.rows(
        "SELECT status, closed_because, round, applicant->'email'->>'display' AS email,"
        " applicant->'email'->>'match_key' AS email_key FROM cases WHERE application_id = $1",
        application,
    )


async def forget(house: House, application: UUID) -> None:
    async with house.db.transaction() as tx:
        for table in (*HELD, "erasures"):
            await tx.conn.execute(f"DELETE FROM {table} WHERE application_id = $1", application)


async def held(house: House, application: UUID) -> list[str]:
    """The tables that say anything about the application."""
    return [
        table
        for table in HELD
        if await house.rows(f"SELECT application_id FROM {table} WHERE application_id = $1", application)
    ]


def addressed(application: UUID, round_: int, email: str, version: int) -> Event:
    """Handed over in this round, with the address that it had then."""
    event = samples.handed_over(application, round=round_, who=samples.applicant(email=samples.typed(email)))
    return Event(event.id, event.source, event.type, event.subject, 1, event.time, {**event.data, "version": version})


async def test_in_every_order_the_case_ends_with_the_newest_address(house: House) -> None:
    application = new_id()
    stories = [
        ([addressed(application, 1, OLD, 3)], OLD),
        ([addressed(application, 1, OLD, 3), samples.contact_changed(application, 4, NEW)], NEW),
        ([samples.contact_changed(application, 2, OLD), addressed(application, 1, OLD, 3)], OLD),
        # Mended before it was submitted, and what was mended first is heard last.
        ([samples.contact_changed(application, 2, NEW), addressed(application, 1, NEWEST, 5)], NEWEST),
        (
            [
                samples.contact_changed(application, 2, OLD),
                addressed(application, 1, OLD, 3),
                samples.contact_changed(application, 4, NEW),
                samples.contact_changed(application, 6, NEWEST),
            ],
            NEWEST,
        ),
        (
            [
                addressed(application, 1, OLD, 3),
                samples.contact_changed(application, 4, NEW),
                addressed(application, 2, NEWEST, 7),
            ],
            NEWEST,
        ),
    ]
    for story, last in stories:
        for order in itertools.permutations(story):
            await house.hear(*(event for event in order for _ in range(2)), *reversed(order))
            [case] = await cases(house, application)
            assert (case["email"], case["email_key"]) == (last, last)
            await forget(house, application)


async def test_staff_read_the_new_address_before_they_decide(house: House) -> None:
    case = await house.claimed()
    await house.hear(samples.contact_changed(case.application_id, 9, NEW))
    with pytest.raises(Conflict) as refused:
        await use_cases.decide(house.review, case.id, house.reviewer, Decision(case.version, APPROVE))
    assert refused.value.code == "stale_version"
    view = await house.of(case.application_id)
    assert view.case.claim is not None
    await use_cases.decide(house.review, case.id, house.reviewer, Decision(view.version, APPROVE))
    [registration] = await house.rows("SELECT email FROM registrations")
    assert registration["email"] == NEW


async def test_after_the_decision_the_address_changes_nothing(house: House) -> None:
    case = await house.claimed()
    await use_cases.decide(house.review, case.id, house.reviewer, Decision(case.version, APPROVE))
    before = await cases(house, case.application_id)
    await house.hear(samples.contact_changed(case.application_id, 9, NEW))
    assert await cases(house, case.application_id) == before


async def test_what_expired_is_closed_in_every_order(house: House) -> None:
    application = new_id()
    story = [
        samples.handed_over(application),
        samples.expired(application),
        samples.contact_changed(application, 4, NEW),
    ]
    for order in itertools.permutations(story):
        await house.hear(*(event for event in order for _ in range(2)))
        [case] = await cases(house, application)
        assert (case["status"], case["closed_because"]) == ("closed", "expired")
        await forget(house, application)
    assert await house.said() == []


async def test_what_expired_during_a_correction_is_closed_and_no_later_round_opens_it(house: House) -> None:
    case = await house.claimed()
    await use_cases.decide(house.review, case.id, house.reviewer, CORRECTION)
    await house.hear(samples.expired(case.application_id), samples.handed_over(case.application_id, round=2))
    [row] = await cases(house, case.application_id)
    assert (row["status"], row["closed_because"], row["round"]) == ("closed", "expired", 1)


async def test_an_erasure_in_every_order_leaves_nothing_personal(house: House) -> None:
    application = new_id()
    story = [
        samples.handed_over(application),
        samples.contact_changed(application, 4, NEW),
        samples.withdrawn(application),
        samples.erased(application),
    ]
    for order in itertools.permutations(story):
        await house.hear(*(event for event in order for _ in range(2)), *reversed(order))
        assert await held(house, application) == []
        assert len(await house.rows("SELECT FROM erasures WHERE application_id = $1", application)) == 1
        await forget(house, application)


async def test_an_erasure_takes_the_decisions_along_and_leaves_registration_and_audit(house: House) -> None:
    case = await house.claimed()
    application = case.application_id
    await house.hear(
        samples.stored(application, new_id()),
        samples.mail(application, "failed"),
        samples.deleted(application, new_id()),
    )
    await use_cases.decide(house.review, case.id, house.reviewer, Decision(case.version, APPROVE))
    audited = await house.rows("SELECT id FROM audit")
    await house.hear(samples.erased(application), samples.erased(application))
    assert await held(house, application) == []
    assert await house.rows("SELECT id FROM decisions") == []
    assert len(await house.rows("SELECT id FROM registrations")) == 1
    assert await house.rows("SELECT id FROM audit") == audited


async def test_several_handed_over_at_once_meet_what_was_heard_before(house: House) -> None:
    changed, gone, new = new_id(), new_id(), new_id()
    await house.hear(samples.contact_changed(changed, 9, NEW), samples.erased(gone))
    for application in (changed, gone, new):
        await house.hear(samples.handed_over(application))
    found = [[case["email"] for case in await cases(house, each)] for each in (changed, gone, new)]
    assert found == [[NEW], [], [OLD]]
