"""The notice before a card expires: to who asked for it, once for each event, and never when it is not true any more."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.errors import Unavailable
from chassis.events import Event
from services.notifier import use_cases
from services.notifier.model import CARD_IS_LATE
from tests.notifier.conftest import House
from tests.notifier.post_office import OK
from tests.notifier.samples import APPLICATION, heard
from tests.notifier.test_keeping import LAST_MOMENT, LATER, MOMENT, renewal, stopped, story

SENT = "notification.sent.v1"
SIXTY_DAYS_BEFORE = datetime(2031, 3, 1, 3, 0, tzinfo=UTC)


def notice(sequence: int = 2, **data: Any) -> Event:
    return heard(
        "registration.expiring.v1",
        sequence,
        minute=sequence,
        **{"version": 1, "card_number": "2900000123458", "expires_on": "2031-04-30", **data},
    )


async def before_the_card_expires(house: House) -> None:
    """The application was erased years ago, and what was to be sent then was sent."""
    received, changed, completed, erased = story()
    await house.hear(received, changed, completed)
    await house.send_all()
    await house.hear(erased)
    house.office.taken.clear()
    house.clock.time = SIXTY_DAYS_BEFORE
    await use_cases.sweep(house.notifier)


async def ends(house: House) -> list[tuple[str, str | None]]:
    """(status, why) of each notice."""
    return [
        (row["status"], row["last_error"])
        for row in await house.deliveries()
        if row["template"] == "registration_expiring"
    ]


async def told(house: House) -> list[str]:
    """What was said of each notice."""
    return [type_ for type_, _, data in await house.said() if data["template"] == "registration_expiring"]


async def test_it_is_not_sent_after_the_last_valid_day_however_long_the_server_was_away(house: House) -> None:
    await before_the_card_expires(house)
    await house.hear(notice())
    await house.office.close()
    with pytest.raises(Unavailable):
        await use_cases.send_next(house.notifier)
    house.clock.time = LAST_MOMENT + MOMENT
    await house.office.open()
    assert await house.send_all() == 0
    await use_cases.sweep(house.notifier)
    assert await ends(house) == [("dropped", "the card has expired, or was renewed or changed")]
    assert (house.office.taken, await told(house)) == ([], [])


async def test_one_that_was_put_off_is_not_sent_after_the_last_valid_day(house: House) -> None:
    await before_the_card_expires(house)
    house.clock.time = LAST_MOMENT
    house.office.answer_rcpt = lambda _address: "451 later"
    await house.hear(notice())
    await house.send_all()
    house.office.answer_rcpt = lambda _address: OK
    house.clock.time += timedelta(hours=4)
    await use_cases.sweep(house.notifier)
    assert await house.send_all() == 0
    assert await ends(house) == [("dropped", "the card has expired, or was renewed or changed")]


async def test_what_a_sender_holds_is_not_dropped_under_its_hands(house: House) -> None:
    await before_the_card_expires(house)
    await house.hear(notice())
    async with house.db.connection() as conn:
        await conn.execute(
            "UPDATE deliveries SET status = 'sending', claim = gen_random_uuid(), claimed_until = $1 "
            "WHERE status = 'waiting'",
            LAST_MOMENT + 2 * MOMENT,
        )
    house.clock.time = LAST_MOMENT + MOMENT
    await use_cases.sweep(house.notifier)
    held = await ends(house)
    house.clock.time += MOMENT
    await use_cases.sweep(house.notifier)
    assert (held, await ends(house)) == (
        [("sending", None)],
        [("dropped", "the card has expired, or was renewed or changed")],
    )


@pytest.mark.parametrize("renewed_first", [False, True])
async def test_a_card_that_was_renewed_is_not_said_to_expire(house: House, renewed_first: bool) -> None:
    # Not erased yet: there is a contact to tell.
    await house.hear(*story()[:3])
    await house.send_all()
    house.office.taken.clear()
    events = [notice(), renewal()[1]]
    await house.hear(*(reversed(events) if renewed_first else events))
    assert await house.send_all() == 0
    await use_cases.sweep(house.notifier)
    assert await ends(house) == [("dropped", "the card has expired, or was renewed or changed")]


async def test_a_notice_that_waits_is_dropped_when_the_answer_becomes_no(house: House) -> None:
    await house.hear(*story()[:3], notice())
    await house.hear(heard("application.contact_changed.v1", 5, expiry_notice=False, changed=["expiry_notice"]))
    assert await ends(house) == [("dropped", "not wanted any more")]


async def test_a_notice_that_waits_is_dropped_when_staff_stop_it(house: House) -> None:
    await house.hear(*story()[:3], notice(), stopped())
    assert await ends(house) == [("dropped", "not wanted any more")]


@pytest.mark.parametrize("erased", [False, True])
async def test_a_notice_that_is_heard_after_staff_stopped_it_is_not_sent(house: House, erased: bool) -> None:
    await house.hear(*story()[: 4 if erased else 3])
    await house.send_all()
    house.office.taken.clear()
    await house.hear(stopped(), notice())
    sent = await house.send_all()
    await use_cases.sweep(house.notifier)
    assert (sent, await ends(house)) == (0, [("dropped", "not wanted any more")])


async def test_a_notice_whose_reader_is_not_kept_is_dropped(house: House) -> None:
    await house.hear(*story(wanted=False), notice())
    await use_cases.sweep(house.notifier)
    assert await ends(house) == [("dropped", "no address is kept")]


async def test_a_notice_whose_reader_was_never_heard_of_waits_for_no_longer_than_a_dead_letter_may_take(
    house: House,
) -> None:
    erased = story()[3]
    house.clock.time = SIXTY_DAYS_BEFORE
    await house.hear(erased, notice())
    house.clock.time += CARD_IS_LATE - MOMENT
    await use_cases.sweep(house.notifier)
    waiting = await ends(house)
    house.clock.time += MOMENT
    await use_cases.sweep(house.notifier)
    assert (waiting, await ends(house)) == ([("waiting", None)], [("dropped", "no address is kept")])


async def test_a_notice_to_a_reader_who_may_still_be_heard_of_waits(house: House) -> None:
    received, changed, completed, erased = story()
    await house.hear(erased, completed, notice())
    await use_cases.sweep(house.notifier)
    assert await house.send_all() == 0
    await house.hear(changed, received)
    assert (await house.send_all(), house.office.recipients) == (1, ["hana@example.jp"])


async def test_years_after_the_erasure_it_reaches_who_asked_for_it_in_their_language(house: House) -> None:
    await before_the_card_expires(house)
    event = notice()
    await house.hear(event, times=3)
    assert await house.send_all() == 1
    [message] = house.office.messages
    assert (message["To"], message["Subject"]) == (
        "hana@example.jp",
        "[Kumamoto City Library] Your library card will expire soon (valid until April 30, 2031)",
    )
    assert (await house.said())[-1] == (
        SENT,
        APPLICATION,
        {"template": "registration_expiring", "caused_by": str(event.id)},
    )


async def test_each_of_the_policys_days_has_its_own_notice_the_last_one_on_the_last_day(house: House) -> None:
    await before_the_card_expires(house)
    await house.hear(notice(2))
    await house.send_all()
    house.clock.time = LAST_MOMENT
    await house.hear(notice(3))
    await house.send_all()
    assert (await ends(house), await told(house)) == ([("sent", None), ("sent", None)], [SENT, SENT])


async def test_after_a_renewal_the_notice_goes_to_the_contact_of_the_later_application(house: House) -> None:
    await before_the_card_expires(house)
    await house.hear(*renewal())
    await house.send_all()
    house.office.taken.clear()
    await house.hear(heard("application.erased.v1", 2, application=LATER))
    house.clock.time = datetime(2036, 3, 1, 3, 0, tzinfo=UTC)
    event = heard("registration.expiring.v1", 4, application=LATER, version=2, expires_on="2036-04-30")
    await house.hear(event)
    await house.send_all()
    assert house.office.recipients == ["later@example.jp"]


async def test_no_more_of_the_card_number_is_kept_than_its_end(house: House) -> None:
    await before_the_card_expires(house)
    await house.hear(notice())
    [content] = [row["content"] for row in await house.deliveries() if row["status"] == "waiting"]
    assert content == {"card_ending": "3458", "expires_on": "2031-04-30"}
