"""An address that changes: nobody is written to at an old one, but to be told that it is not used any more."""

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
