"""Another e-mail address, and the ends that intake tells of: in every order and twice, the same comes of it."""

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import Conflict
from chassis.events import Event
from chassis.ids import new_id
from services.review import use_cases
from services.review.model import APPROVE, CORRECT, REJECT, Decision, Reason
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


async def test_another_language_or_answer_is_nothing_to_read_again(house: House) -> None:
    case = await house.claimed()
    told = samples.contact_changed(case.application_id, 9, OLD, language="en", expiry_notice=True)
    await house.hear(told)
    now = (await house.of(case.application_id)).case
    assert (now.version, now.language, now.expiry_notice) == (case.version, "en", True)


async def test_where_the_answer_is_missing_it_is_no(house: House) -> None:
    view = await house.case(expiry_notice=True)
    await house.hear(samples.contact_changed(view.case.application_id, 9, OLD))
    assert (await house.of(view.case.application_id)).case.expiry_notice is False


async def test_a_later_round_says_the_answer_anew(house: House) -> None:
    case = await house.claimed(expiry_notice=True)
    await use_cases.decide(house.review, case.id, house.reviewer, CORRECTION)
    await house.hear(samples.handed_over(case.application_id, round=2, expiry_notice=False))
    assert (await house.of(case.application_id)).case.expiry_notice is False


REGISTRATION = "SELECT version, email, expiry_notice, contact_version FROM registrations WHERE application_id = $1"


async def approve(house: House, application: UUID) -> None:
    """As staff see it then."""
    case = (await house.of(application)).case
    claimed = await use_cases.claim(house.review, case.id, house.reviewer)
    await use_cases.decide(house.review, case.id, house.reviewer, Decision(claimed.version, APPROVE))


async def registration(house: House, application: UUID) -> tuple[Any, ...]:
    """Its version, address, answer, and the version of the application that they are from."""
    [row] = await house.rows(REGISTRATION, application)
    return tuple(row.values())


async def said_of(house: House, application: UUID) -> list[tuple[Any, ...]]:
    """What was said of the registration that came of it."""
    return [
        (type_, data["version"], data["registrant"]["email"], data["previous_card_number"])
        for type_, _, data in await house.said()
        if type_.startswith("registration.") and data["application_id"] == str(application)
    ]


async def live(house: House, application: UUID, story: Sequence[Event | None]) -> None:
    """Hear these; None is the approval."""
    for event in story:
        await (house.hear(event, event) if event else approve(house, application))


@pytest.mark.parametrize("hold_contact", ["mail", "phone"])
async def test_whenever_it_is_heard_the_registration_ends_with_the_newest_contact(
    house: House, hold_contact: str
) -> None:
    who = samples.applicant(hold_contact=hold_contact)
    for order in itertools.permutations(range(5)):
        application = new_id()
        # Version 4 is handed over; the first of the contacts is older than that.
        story = [
            samples.handed_over(application, who=who, expiry_notice=False),
            samples.contact_changed(application, 2, "h0@example.jp", expiry_notice=True),
            samples.contact_changed(application, 5, NEW, expiry_notice=False),
            samples.contact_changed(application, 6, NEWEST, expiry_notice=True),
            None,
        ]
        if order.index(0) > order.index(4):
            continue
        await live(house, application, [story[place] for place in order])
        await house.hear(*(event for event in reversed(story) if event))
        version, *contact = await registration(house, application)
        assert contact == [NEWEST, True, 6]
        said = await said_of(house, application)
        assert [each[1] for each in said] == list(range(1, version + 1))
        assert (said[0][0], {each[0] for each in said[1:]} - {"registration.changed.v1"}) == (
            "registration.completed.v1",
            set(),
        )
        assert said[-1][2:] == (NEWEST if hold_contact == "mail" else None, None)


async def test_an_address_heard_after_the_approval_is_said_where_holds_are_told_by_mail(house: House) -> None:
    application = (await house.case()).case.application_id
    await live(house, application, [None, samples.contact_changed(application, 9, NEW)])
    assert await registration(house, application) == (2, NEW, False, 9)
    assert await said_of(house, application) == [
        ("registration.completed.v1", 1, OLD, None),
        ("registration.changed.v1", 2, NEW, None),
    ]
    # So that nobody is told of a change of the card by another mail.
    assert [data.get("changed") for type_, _, data in await house.said() if type_ == "registration.changed.v1"] == [
        ["email"]
    ]


@pytest.mark.parametrize("hold_contact", ["phone", "none"])
async def test_an_address_that_no_event_holds_is_kept_and_not_said(house: House, hold_contact: str) -> None:
    view = await house.case(who=samples.applicant(hold_contact=hold_contact))
    application = view.case.application_id
    await live(house, application, [None, samples.contact_changed(application, 9, NEW)])
    assert await registration(house, application) == (1, NEW, False, 9)
    assert await said_of(house, application) == [("registration.completed.v1", 1, None, None)]


async def test_another_answer_alone_is_kept_and_not_said(house: House) -> None:
    application = (await house.case()).case.application_id
    await live(house, application, [None, samples.contact_changed(application, 9, OLD, expiry_notice=True)])
    assert await registration(house, application) == (1, OLD, True, 9)
    assert await said_of(house, application) == [("registration.completed.v1", 1, OLD, None)]


async def test_a_contact_that_the_decision_knew_or_that_is_older_changes_no_registration(house: House) -> None:
    application = (await house.case()).case.application_id
    late = [samples.contact_changed(application, version, NEW, expiry_notice=True) for version in (4, 3)]
    await live(house, application, [None, *late])
    assert await registration(house, application) == (1, OLD, False, 4)


async def test_a_contact_of_an_application_that_another_came_after_changes_nothing(house: House) -> None:
    first = (await house.case()).case.application_id
    await approve(house, first)
    [row] = await house.rows("SELECT card_number FROM registrations")
    renewal = await house.case(kind="renewal", who=samples.applicant(card_number=row["card_number"]))
    second = renewal.case.application_id
    await approve(house, second)
    before = await registration(house, second)
    await house.hear(samples.contact_changed(first, 99, NEW, expiry_notice=True))
    assert await registration(house, second) == before == (2, OLD, False, 4)
    await house.hear(samples.contact_changed(second, 5, NEWEST, expiry_notice=True))
    assert await registration(house, second) == (3, NEWEST, True, 5)


async def test_a_contact_of_a_refused_application_makes_no_registration(house: House) -> None:
    case = await house.claimed()
    rejection = Decision(case.version, REJECT, (Reason("application", "other"),))
    await use_cases.decide(house.review, case.id, house.reviewer, rejection)
    await house.hear(samples.contact_changed(case.application_id, 9, NEW))
    assert await house.rows("SELECT FROM registrations") == []
    assert [type_ for type_, _, _ in await house.said()] == ["review.rejected.v1"]


async def test_a_contact_heard_after_the_erasure_reaches_the_registration_and_is_kept_nowhere_else(
    house: House,
) -> None:
    application = (await house.case()).case.application_id
    await live(house, application, [None, samples.erased(application), samples.contact_changed(application, 9, NEW)])
    assert await registration(house, application) == (2, NEW, False, 9)
    assert await held(house, application) == []


async def test_an_approval_and_a_new_address_at_once_end_with_the_new_address(house: House) -> None:
    for number in range(20):
        case = await house.claimed(who=samples.somebody(number))
        answers = await asyncio.gather(
            house.hear(samples.contact_changed(case.application_id, 9, NEW, expiry_notice=True)),
            use_cases.decide(house.review, case.id, house.reviewer, Decision(case.version, APPROVE)),
            return_exceptions=True,
        )
        refused = isinstance(answers[1], Conflict)
        assert (answers[0], refused or not isinstance(answers[1], BaseException)) == (None, True)
        if refused:
            await approve(house, case.application_id)
        assert (await registration(house, case.application_id))[1:] == (NEW, True, 9)


async def test_the_case_stays_as_it_was_decided(house: House) -> None:
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
