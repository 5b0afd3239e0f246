"""An address that changes: nobody is written to at an old one, but to be told that it is not used any more."""

import dataclasses
import itertools
from email.message import EmailMessage
from typing import Any

from chassis.events import Event
from contracts import CONTRACTS
from tests.notifier.conftest import House
from tests.notifier.samples import APPLICATION, heard

FIRST, SECOND, THIRD = "first@example.jp", "second@example.jp", "third@example.jp"


def changes() -> list[Event]:
    """Registered with one address, changed to another, and to a third, each with its own link."""
    return [
        heard("application.received.v1", 1, minute=1, email=FIRST, link=_link(1)),
        heard("application.contact_changed.v1", 4, minute=4, email=SECOND),
        heard("application.link_requested.v1", 5, minute=4, link=_link(2), contact_sequence=4),
        heard("application.contact_changed.v1", 6, minute=6, email=THIRD),
        heard("application.link_requested.v1", 7, minute=6, link=_link(3), contact_sequence=6),
    ]


async def sent(house: House) -> list[tuple[str, str]]:
    """(template, to whom) of every mail that goes out, in any order."""
    await house.send_all()
    templates = [data["template"] for _, _, data in await house.said()]
    return sorted(zip(templates, house.office.recipients, strict=True))


async def test_in_every_order_and_twice_each_old_address_is_told_once_and_gets_no_later_link(house: House) -> None:
    for order in itertools.permutations(changes()):
        async with house.db.connection() as conn:
            await conn.execute("TRUNCATE deliveries, contacts, outbox, outbox_subjects")
        house.office.taken.clear()
        for event in order:
            await house.hear(event, times=2)
        await house.hear(*reversed(order))
        assert await sent(house) == [
            ("application_received", THIRD),
            ("contact_changed", THIRD),
            ("contact_changed", THIRD),
            ("contact_replaced", FIRST),
            ("contact_replaced", SECOND),
            ("link_requested", THIRD),
            ("link_requested", THIRD),
        ]


async def test_sending_between_never_gives_the_new_link_to_an_old_address(house: House) -> None:
    for order in itertools.permutations(changes()):
        async with house.db.connection() as conn:
            await conn.execute("TRUNCATE deliveries, contacts, outbox, outbox_subjects")
        house.office.taken.clear()
        for event in order:
            await house.hear(event)
            await house.send_all()
        mails = list(zip(house.office.recipients, map(_words, house.office.messages), strict=True))
        assert any(_link(3) in mail for _, mail in mails)
        for number, too_early in ((2, [FIRST]), (3, [FIRST, SECOND])):
            assert [to for to, mail in mails if _link(number) in mail and to in too_early] == []


def _link(number: int) -> str:
    return f"https://library.example.jp/continue/{number}"


def _words(message: EmailMessage) -> list[str]:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).split()


async def test_the_address_before_is_forgotten_once_it_was_told(house: House) -> None:
    await house.hear(*changes()[:2])
    await house.send_all()
    async with house.db.connection() as conn:
        found = [
            str(dict(row))
            for table in ("contacts", "deliveries")
            for row in await conn.fetch(f"SELECT * FROM {table} t")
        ]
    assert [row for row in found if FIRST in row] == []
    assert any(SECOND in row for row in found)


async def test_nothing_goes_out_before_the_receipt_number_is_known(house: House) -> None:
    received, changed, link, *_ = changes()
    await house.hear(link, changed)
    assert await house.send_all() == 0
    await house.hear(received)
    assert ("contact_replaced", FIRST) in await sent(house)


async def test_an_event_from_before_links_named_their_address_goes_to_the_contact(house: House) -> None:
    data: dict[str, Any] = dict(CONTRACTS["application.link_requested.v1"].example["data"])
    del data["contact_sequence"]
    event = heard("application.link_requested.v1", 2)
    await house.hear(heard("application.received.v1", 1, email=FIRST))
    await house.hear(Event(event.id, event.source, event.type, APPLICATION, 2, event.time, data))
    assert await sent(house) == [("application_received", FIRST), ("link_requested", FIRST)]


def other_changes() -> list[Event]:
    """Another address, and changes of language and answer that say the address without bringing it."""
    return [
        heard("application.received.v1", 1, minute=1, email=FIRST, expiry_notice=False),
        heard("application.contact_changed.v1", 3, minute=3, email=SECOND, expiry_notice=False),
        heard("application.contact_changed.v1", 5, minute=5, email=SECOND, language="en", changed=["language"]),
        heard("application.contact_changed.v1", 6, minute=6, email=SECOND, language="en", changed=["expiry_notice"]),
    ]


async def test_a_change_of_language_or_of_the_answer_alone_writes_to_nobody(house: House) -> None:
    changed = "application.contact_changed.v1"
    await house.hear(
        heard("application.received.v1", 1, email=FIRST, expiry_notice=False),
        heard(changed, 3, email=FIRST, language="en", changed=["language"]),
        heard(changed, 4, email=FIRST, language="en", changed=["expiry_notice"]),
    )
    assert await sent(house) == [("application_received", FIRST)]


async def test_in_every_order_only_the_address_that_was_left_is_told_and_the_last_word_holds(house: House) -> None:
    for order in itertools.permutations(other_changes()):
        async with house.db.connection() as conn:
            await conn.execute("TRUNCATE deliveries, contacts, outbox, outbox_subjects")
        house.office.taken.clear()
        for event in order:
            await house.hear(event, times=2)
        assert await sent(house) == [
            ("application_received", SECOND),
            ("contact_changed", SECOND),
            ("contact_replaced", FIRST),
        ]
        async with house.db.connection() as conn:
            row = await conn.fetchrow("SELECT email, language, expiry_notice, sequence FROM contacts")
        assert row and tuple(row) == (SECOND, "en", True, 6)


async def test_an_event_from_before_says_no_to_the_notice_and_means_the_address(house: House) -> None:
    event = heard("application.contact_changed.v1", 3)
    event = dataclasses.replace(event, data={"version": 2, "email": SECOND, "language": "ja"})
    await house.hear(heard("application.received.v1", 1, email=FIRST), event)
    async with house.db.connection() as conn:
        assert await conn.fetchval("SELECT expiry_notice FROM contacts") is False
    assert await sent(house) == [
        ("application_received", SECOND),
        ("contact_changed", SECOND),
        ("contact_replaced", FIRST),
    ]


async def test_an_address_that_holds_again_is_not_told_that_it_is_not_used_any_more(house: House) -> None:
    story = [
        heard("application.received.v1", 1, minute=1, email=FIRST),
        heard("application.contact_changed.v1", 4, minute=4, email=SECOND),
        heard("application.contact_changed.v1", 6, minute=6, email=FIRST),
    ]
    for order in itertools.permutations(story):
        async with house.db.connection() as conn:
            await conn.execute("TRUNCATE deliveries, contacts, outbox, outbox_subjects")
        house.office.taken.clear()
        await house.hear(*order)
        assert await sent(house) == [
            ("application_received", FIRST),
            ("contact_changed", FIRST),
            ("contact_changed", FIRST),
            ("contact_replaced", SECOND),
        ]
        dropped = [row["last_error"] for row in await house.deliveries() if row["status"] == "dropped"]
        assert dropped == ["the address holds again"]
