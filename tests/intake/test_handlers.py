"""What the others tell: every order and every duplicate of an application's events ends in the same state."""

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from chassis.events import Event
from chassis.ids import new_id
from chassis.testing import heard
from services.intake import use_cases
from services.intake.app import HANDLERS
from services.intake.model.views import ApplicationView
from tests.intake.conftest import House
from tests.intake.test_documents import document_deleted, document_masked, stored_event

ITEMS = [{"item": "field:phone", "code": "call_us", "note": "夕方に"}]


def review(what: str, application_id: UUID, round_: int, **data: Any) -> Event:
    return heard(f"review.{what}.v1", "review", application_id, {"round": round_, **data})


def completed(
    application_id: UUID, version: int = 1, type_: str = "registration.completed.v1", **changed: Any
) -> Event:
    """`registration` may be given: that of an earlier application."""
    registrant = {
        "name": "水前寺 花子",
        "name_kana": "スイゼンジ ハナコ",
        "birth_date": "1991-04-12",
        "postal_code": "862-0971",
        "address": "熊本市中央区大江6丁目1-74",
        "phone": "090-1234-5678",
        "email": None,
        "guardian_name": None,
    }
    data = {
        "application_id": str(application_id),
        "version": version,
        "card_number": "2900000000018",
        "previous_card_number": None,
        "registrant": registrant,
        "category": "resident",
        "expires_on": "2031-11-22",
        "pickup_branch": "main",
        "hold_contact": "mail",
    }
    registration = changed.pop("registration", None) or new_id()
    return heard(type_, "review", registration, data | changed)


def sent(application_id: UUID, caused_by: UUID, permanence: str | None = None, seconds: int = 0) -> Event:
    data = {"template": "application_received", "caused_by": str(caused_by)}
    type_ = "notification.failed.v1" if permanence else "notification.sent.v1"
    event = heard(type_, "notifier", application_id, {**data, "permanence": permanence} if permanence else data)
    return replace(event, time=event.time.replace(second=seconds))


async def in_every_order(house: House, application_id: UUID, events: list[Event]) -> list[ApplicationView]:
    """The different ends that the events lead to, each order beginning from the same state, and each event told twice."""
    ends: list[ApplicationView] = []
    tables = ("applications", "documents", "deletions", "timeline", "mails", "outbox", "outbox_subjects")
    async with house.intake.db.connection() as conn:
        for table in tables:
            await conn.execute(f"CREATE TABLE kept_{table} AS TABLE {table}")
    try:
        for order in itertools.permutations(events):
            for event in (*order, *reversed(order)):
                await house.deliver(event)
            view = await use_cases.get_application(house.intake, application_id)
            if view not in ends:
                ends.append(view)
            async with house.intake.db.transaction() as tx:
                await tx.conn.execute("DELETE FROM documents; DELETE FROM deletions; DELETE FROM timeline")
                await tx.conn.execute("DELETE FROM mails; DELETE FROM outbox; DELETE FROM outbox_subjects")
                await tx.conn.execute("SET CONSTRAINTS ALL DEFERRED")
                await tx.conn.execute(
                    "UPDATE applications a SET status = k.status, version = k.version, corrections = k.corrections,"
                    " corrected = k.corrected, correct_by = k.correct_by, ended_at = k.ended_at,"
                    " rejection = k.rejection, rejection_note = k.rejection_note,"
                    " registration_id = k.registration_id, registration_version = k.registration_version,"
                    " card_number = k.card_number, card_expires_on = k.card_expires_on, fields = k.fields,"
                    " fields_handed = k.fields_handed, fields_missed = k.fields_missed"
                    " FROM kept_applications k WHERE a.id = k.id"
                )
                for table in tables[1:]:
                    await tx.conn.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM kept_{table}")
    finally:
        async with house.intake.db.connection() as conn:
            for table in tables:
                await conn.execute(f"DROP TABLE kept_{table}")
    return ends


async def documents_of(house: House, application_id: UUID) -> list[UUID]:
    view = await use_cases.get_application(house.intake, application_id)
    return [document.id for document in view.documents]


async def test_an_approval_in_every_order(house: House) -> None:
    application = await house.submitted()
    [document] = await documents_of(house, application.id)
    mail = new_id()
    events = [
        review("approved", application.id, 1),
        completed(application.id),
        stored_event(application.id, document),
        sent(application.id, mail, "temporary"),
        sent(application.id, mail, seconds=5),
    ]
    [end] = await in_every_order(house, application.id, events)
    assert end.application.status == "approved"
    assert end.registration is not None
    assert (end.registration.card_number, end.registration.version) == ("2900000000018", 1)
    assert [(mail.template, mail.state) for mail in end.mails] == [
        ("application_received", "sent"),
    ]
    assert sorted(entry.what for entry in end.timeline) == [
        "approved",
        "completed",
        "email_proven",
        "received",
        "submitted",
    ]
    assert [each.id for each in end.documents] == [document]


async def test_a_request_for_correction_in_every_order_with_what_is_not_of_this_round(house: House) -> None:
    application = await house.submitted()
    [document] = await documents_of(house, application.id)
    events = [
        review("correction_requested", application.id, 1, items=ITEMS, deadline="2026-12-06"),
        review("approved", application.id, 2),
        review("rejected", application.id, 2, reasons=ITEMS, note=None),
        review("withdrawal_accepted", application.id, 2),
        stored_event(application.id, document),
    ]
    [end] = await in_every_order(house, application.id, events)
    assert end.application.status == "correction_requested"
    assert [(each.reason.item, each.reason.code, each.reason.note, each.done) for each in end.corrections] == [
        ("field:phone", "call_us", "夕方に", False)
    ]
    assert end.correct_by is not None
    assert end.correct_by.isoformat() == "2026-12-06"


async def test_what_was_told_of_an_earlier_round_changes_nothing_later(house: House) -> None:
    application = await house.submitted()
    first = review("correction_requested", application.id, 1, items=ITEMS, deadline="2026-12-06")
    await house.deliver(first)
    await use_cases.change_application(house.intake, application.id, application.version + 1, {"phone": "096-328-6842"})
    await house.deliver(first)
    assert [each.done for each in (await use_cases.get_application(house.intake, application.id)).corrections] == [True]
    await use_cases.submit(house.intake, application.id)
    events = [
        first,
        review("approved", application.id, 1),
        review("withdrawal_accepted", application.id, 1),
        review("rejected", application.id, 2, reasons=ITEMS, note="またどうぞ"),
    ]
    [end] = await in_every_order(house, application.id, events)
    assert (end.application.status, end.application.rejection_note) == ("rejected", "またどうぞ")
    assert [reason.item for reason in end.application.rejection] == ["field:phone"]
    assert end.registration is None


async def test_an_accepted_withdrawal_in_every_order(house: House) -> None:
    application = await house.submitted()
    await use_cases.withdraw(house.intake, application.id)
    mail = new_id()
    events = [
        review("withdrawal_accepted", application.id, 1),
        sent(application.id, mail, "temporary"),
        sent(application.id, mail, seconds=5),
        sent(application.id, mail, "permanent", seconds=9),
    ]
    [end] = await in_every_order(house, application.id, events)
    assert end.application.status == "withdrawn"
    assert [mail.state for mail in end.mails] == ["failed"]


async def test_a_renewal_shows_the_registration_too(house: House) -> None:
    application = await house.submitted(kind="renewal", card_number="2100000012345")
    events = [review("approved", application.id, 1), completed(application.id, 7, "registration.renewed.v1")]
    [end] = await in_every_order(house, application.id, events)
    assert end.registration is not None
    assert end.registration.version == 7


async def test_that_the_card_expires_changes_nothing_in_whatever_order_it_is_heard(house: House) -> None:
    application = await house.submitted()
    registration = new_id()
    told = completed(application.id, 3, registration=registration)
    expiring = completed(application.id, 3, "registration.expiring.v1", registration=registration)
    events = [
        review("approved", application.id, 1),
        told,
        replace(expiring, time=expiring.time + timedelta(days=1500)),
    ]
    [end] = await in_every_order(house, application.id, events)
    assert end.registration is not None
    assert (end.application.status, end.registration.version) == ("approved", 3)
    assert [entry.at for entry in end.timeline if entry.what == "completed"] == [told.time]


async def test_a_card_that_was_renewed_meanwhile_does_not_become_the_old_one(house: House) -> None:
    first, renewed = await house.submitted(), await house.submitted(kind="renewal", card_number="2900000000018")
    for application in (first, renewed):
        await house.deliver(review("approved", application.id, 1))
    registration = new_id()
    told = [
        completed(first.id, 1, registration=registration),
        completed(first.id, 1, "registration.expiring.v1", registration=registration),
        completed(renewed.id, 2, "registration.renewed.v1", registration=registration, expires_on="2036-11-22"),
    ]
    for order in itertools.permutations(told):
        for event in (*order, *reversed(order)):
            await house.deliver(event)
        views = [await use_cases.get_application(house.intake, each.id) for each in (first, renewed)]
        assert [str(each.registration.expires_on) for each in views if each.registration] == ["2036-11-22"] * 2
        async with house.intake.db.transaction() as tx:
            await tx.conn.execute(
                "UPDATE applications SET registration_id = NULL, registration_version = NULL, card_number = NULL,"
                " card_expires_on = NULL"
            )


async def test_another_address_of_the_registration_completes_nothing_in_whatever_order_it_is_heard(
    house: House,
) -> None:
    application = await house.submitted()
    registration = new_id()
    told = completed(application.id, 1, registration=registration)
    changed = completed(application.id, 2, "registration.changed.v1", registration=registration, changed=["email"])
    events = [review("approved", application.id, 1), told, replace(changed, time=changed.time + timedelta(hours=1))]
    [end] = await in_every_order(house, application.id, events)
    assert end.registration is not None
    assert end.registration.version == 2
    assert [entry.at for entry in end.timeline if entry.what == "completed"] == [told.time]


async def test_every_application_of_a_registration_shows_its_newest_card_in_every_order(house: House) -> None:
    first = await house.submitted()
    lost = await house.submitted(kind="replacement")
    moved = await house.submitted(kind="change", card_number="2900000000025")
    for application in (first, lost, moved):
        await house.deliver(review("approved", application.id, 1))
    registration, new = new_id(), "2900000000025"
    told = [
        completed(first.id, 1, registration=registration),
        completed(lost.id, 2, "registration.changed.v1", registration=registration, card_number=new),
        completed(moved.id, 3, "registration.changed.v1", registration=registration, card_number=new),
    ]
    for order in itertools.permutations(told):
        for once_more in (order, reversed(order)):
            for event in once_more:
                await house.deliver(event)
            views = [await use_cases.get_application(house.intake, each.id) for each in (first, lost, moved)]
            shown = [(each.registration.version, each.registration.card_number) for each in views if each.registration]
            assert shown == [(3, new)] * 3
        async with house.intake.db.transaction() as tx:
            await tx.conn.execute(
                "UPDATE applications SET registration_id = NULL, registration_version = NULL, card_number = NULL,"
                " card_expires_on = NULL"
            )


async def test_events_about_an_application_that_is_unknown_here_change_nothing(house: House) -> None:
    unknown = new_id()
    told = [
        stored_event(unknown, new_id()),
        document_masked(unknown, new_id()),
        document_deleted(unknown, new_id()),
        review("correction_requested", unknown, 1, items=ITEMS, deadline="2026-12-06"),
        review("approved", unknown, 1),
        review("rejected", unknown, 1, reasons=ITEMS, note=None),
        review("withdrawal_accepted", unknown, 1),
        completed(unknown),
        completed(unknown, type_="registration.renewed.v1"),
        completed(unknown, type_="registration.changed.v1"),
        completed(unknown, type_="registration.expiring.v1"),
        sent(unknown, new_id()),
        sent(unknown, new_id(), "permanent"),
    ]
    assert {event.type for event in told} == set(HANDLERS)
    for event in told:
        await house.deliver(event, times=2)
    assert [await house.rows(table) for table in ("applications", "timeline", "mails", "documents")] == [0] * 4


async def test_there_is_a_handler_for_every_event_that_intake_hears() -> None:
    from contracts import heard_by

    assert set(HANDLERS) == {contract.type for contract in heard_by("intake")}
