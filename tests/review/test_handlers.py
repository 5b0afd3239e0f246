"""Events in every order and any number of times end in the same state."""

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.events import Event
from chassis.ids import new_id
from services.review import use_cases
from services.review.model import APPROVE, CORRECT, REJECT, Decision, Document, Reason
from tests.review import samples
from tests.review.conftest import House

CASES = """
SELECT receipt_number, status, decision, closed_because, version, round, waiting_since, submitted_at, applicant,
       outcomes, claimed_by, name_key, phone_key, language, application_version, contact_version, expiry_notice
  FROM cases WHERE application_id = $1
"""
DOCUMENTS = """
SELECT id, type, side, width, height, warnings, shows_current_address, round, bytes, mask
  FROM documents WHERE application_id = $1 ORDER BY id
"""
MAILS = "SELECT caused_by, template, outcome, sequence FROM mails WHERE application_id = $1 ORDER BY caused_by"
CORRECTION = Decision(1, CORRECT, (Reason("application", "other"),))


async def state(house: House, application: UUID) -> Any:
    """Everything that the events of an application leave behind, and what was said of it."""
    kept = [await house.rows(sql, application) for sql in (CASES, DOCUMENTS, MAILS)]
    said = [(type_, data) for type_, subject, data in await house.said() if subject == application]
    return kept, said


def life(application: UUID, ids: Sequence[UUID]) -> list[Event]:
    """The events of an application whose withdrawal is asked for while it waits."""
    documents = [samples.document(ids[0], warnings=["glare"]), samples.document(ids[1], "back")]
    return [
        samples.handed_over(application, documents=documents),
        samples.stored(application, ids[0], warnings=["dark"]),
        samples.stored(application, ids[1], side="back"),
        samples.mail(application, "sent", caused_by=ids[2], sequence=1),
        samples.mail(application, "failed", caused_by=ids[2], sequence=2),
        samples.withdrawal_requested(application),
    ]


async def test_every_order_of_an_applications_events_ends_in_the_same_state(house: House) -> None:
    application, ids = new_id(), [new_id() for _ in range(3)]
    events = life(application, ids)
    await house.hear(*events)
    kept, said = await state(house, application)
    assert said == [("review.withdrawal_accepted.v1", {"round": 1})]
    assert (kept[0][0]["status"], kept[0][0]["version"], kept[0][0]["closed_because"]) == (
        "closed",
        2,
        "withdrawal_accepted",
    )
    assert [document["warnings"] for document in kept[1]] == [["dark", "glare"], []]
    assert [mail["outcome"] for mail in kept[2]] == ["failed"]
    # Documents and mails do not meet each other, so their order is left out of the permutations.
    for order in itertools.permutations([events[0], events[1], events[4], events[5]]):
        await forget(house, application)
        await house.hear(*order, events[3], events[2])
        assert await state(house, application) == (kept, said)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_every_order_with_duplicates_ends_in_the_same_state(house: House, data: st.DataObject) -> None:
    application, ids = new_id(), [new_id() for _ in range(3)]
    events = life(application, ids)
    await house.hear(*events)
    expected = await state(house, application)
    await forget(house, application)
    order = data.draw(st.permutations([*range(len(events))] * 2))
    await house.hear(*(events[number] for number in order))
    assert await state(house, application) == expected


async def forget(house: House, application: UUID) -> None:
    tables = ("cases", "documents", "mails", "withdrawals")
    async with house.db.transaction() as tx:
        for table in tables:
            await tx.conn.execute(f"DELETE FROM {table} WHERE application_id = $1", application)
        await tx.conn.execute("DELETE FROM outbox WHERE subject = $1", application)


async def test_the_second_round_in_every_order_with_late_duplicates_of_the_first(house: House) -> None:
    expected = None
    for order in itertools.permutations(range(5)):
        application, photo = UUID(int=9 << 96), UUID(int=7 << 96)
        first = samples.handed_over(application, documents=[samples.document(photo)])
        await house.hear(first, samples.stored(application, photo))
        case = (await house.of(application)).case
        await use_cases.claim(house.review, case.id, house.reviewer)
        await use_cases.decide(house.review, case.id, house.reviewer, CORRECTION)
        new = UUID(int=8 << 96)
        again = [
            first,
            samples.withdrawal_requested(application, 1),
            samples.handed_over(
                application, round=2, submitted_at="2026-11-24T00:00:00Z", documents=[samples.document(new)]
            ),
            samples.stored(application, new),
            samples.withdrawal_requested(application, 2),
        ]
        await house.hear(*(again[number] for number in order))
        found = await state(house, application)
        expected = expected or found
        assert found == expected
        assert [type_ for type_, _ in found[1]] == ["review.correction_requested.v1", "review.withdrawal_accepted.v1"]
        assert found[1][1][1] == {"round": 2}
        async with house.db.transaction() as tx:
            await tx.conn.execute("DELETE FROM decisions")
        await forget(house, application)


async def test_an_older_round_changes_nothing(house: House) -> None:
    second = samples.handed_over(round=2, documents=[samples.document()])
    await house.hear(second)
    before = await state(house, second.subject)
    await house.hear(samples.handed_over(second.subject, round=1, who=samples.somebody(1)))
    assert await state(house, second.subject) == before


async def test_a_newer_round_waits_again_with_its_own_documents(house: House) -> None:
    case = await house.claimed()
    await use_cases.decide(house.review, case.id, house.reviewer, CORRECTION)
    photo = new_id()
    again = samples.handed_over(
        case.application_id, round=2, submitted_at="2026-11-24T00:00:00Z", documents=[samples.document(photo)]
    )
    await house.hear(again, again)
    view = await house.of(case.application_id)
    assert (view.case.id, view.case.status, view.case.version, view.case.round) == (case.id, "waiting", 3, 2)
    assert [document.id for document in view.documents] == [photo]
    assert view.case.submitted_at == case.submitted_at < view.case.waiting_since
    assert [decision.decision for decision in view.decisions] == ["correct"]


async def test_a_document_is_known_by_size_once_documents_has_said_so(house: House) -> None:
    view = await house.case()
    [photo] = view.documents
    assert (photo.bytes, photo.mask, photo.width) == (None, None, 2400)
    await house.hear(samples.stored(view.case.application_id, photo.id))
    healed = await house.of(view.case.application_id)
    expected = Document(
        photo.id,
        "driving_licence",
        photo.type_name,
        "front",
        photo.side_name,
        True,
        2000,
        1262,
        345678,
        (),
        "none",
        None,
        None,
    )
    assert healed.documents == (expected,)
    assert healed.version == view.version


async def test_a_document_of_no_application_yet_shows_nowhere(house: House) -> None:
    view = await house.case()
    await house.hear(samples.stored(view.case.application_id, new_id()), samples.stored(new_id(), new_id()))
    assert (await house.of(view.case.application_id)).documents == view.documents


async def test_a_withdrawal_ends_the_claim_and_the_decision_comes_too_late(house: House) -> None:
    case = await house.claimed()
    await house.hear(samples.withdrawal_requested(case.application_id))
    closed = (await house.of(case.application_id)).case
    assert (closed.status, closed.claim) == ("closed", None)
    assert await house.said() == [("review.withdrawal_accepted.v1", case.application_id, {"round": 1})]


async def test_a_withdrawal_that_meets_the_application_itself_is_not_forgotten(house: House) -> None:
    for number in range(20):
        event = samples.handed_over(who=samples.somebody(number))
        await asyncio.gather(house.hear(event), house.hear(samples.withdrawal_requested(event.subject)))
        assert (await house.of(event.subject)).case.status == "closed"
    assert [type_ for type_, _, _ in await house.said()] == ["review.withdrawal_accepted.v1"] * 20


async def test_a_withdrawal_that_meets_the_decision_ends_one_way_and_not_both(house: House) -> None:
    for number in range(20):
        case = await house.claimed(who=samples.somebody(number))
        await asyncio.gather(
            house.hear(samples.withdrawal_requested(case.application_id)),
            use_cases.decide(house.review, case.id, house.reviewer, Decision(1, APPROVE)),
            return_exceptions=True,
        )
        ends = {"closed": ["review.withdrawal_accepted.v1"], "decided": ["review.approved.v1"]}
        said = [type_ for type_, subject, _ in await house.said() if subject == case.application_id]
        assert said == ends[(await house.of(case.application_id)).case.status]


async def test_a_withdrawal_after_the_decision_gets_no_other_answer(house: House) -> None:
    rejection = Decision(1, REJECT, (Reason("application", "other"),))
    for number, decision in enumerate((Decision(1, APPROVE), CORRECTION, rejection)):
        case = await house.claimed(who=samples.somebody(number))
        await use_cases.decide(house.review, case.id, house.reviewer, decision)
        before = await state(house, case.application_id)
        await house.hear(samples.withdrawal_requested(case.application_id))
        assert await state(house, case.application_id) == before


async def test_who_withdrew_during_a_correction_stays_withdrawn(house: House) -> None:
    case = await house.claimed()
    await use_cases.decide(house.review, case.id, house.reviewer, CORRECTION)
    gone = samples.withdrawn(case.application_id)
    await house.hear(gone, gone, samples.handed_over(case.application_id, round=2))
    view = await house.of(case.application_id)
    assert (view.case.status, view.case.version, view.case.round) == ("closed", 3, 1)
    assert [type_ for type_, _, _ in await house.said()] == ["review.correction_requested.v1"]


async def test_a_withdrawal_heard_before_the_application_closes_it_on_arrival(house: House) -> None:
    application = new_id()
    await house.hear(samples.withdrawn(application), samples.handed_over(application))
    assert (await house.of(application)).case.status == "closed"
    assert await house.said() == []


async def test_the_last_word_about_a_mail_counts_whatever_comes_last(house: House) -> None:
    for order in ((1, 2), (2, 1)):
        for last in ("sent", "failed"):
            outcomes = ("failed", "sent") if last == "sent" else ("sent", "failed")
            view = await house.case(who=samples.somebody(1))
            application, cause = view.case.application_id, new_id()
            for number in order:
                outcome = outcomes[number - 1]
                await house.hear(samples.mail(application, outcome, caused_by=cause, sequence=number))
            after = await house.of(application)
            assert after.undelivered.templates == (("submitted",) if last == "failed" else ())
            assert after.version == view.version
