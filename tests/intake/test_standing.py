"""The place in the queue is the order in which staff take the applications; mails are told by the address they went to."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis.testing import heard
from services.intake import use_cases
from services.intake.model.applications import Application, Mail, TimelineEntry
from services.intake.model.standing import Letter, Place, letters, masked, undelivered
from services.intake.use_cases.standing import place_in_queue
from tests.intake.conftest import House

NOON = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


async def _resubmitted(house: House, application: Application) -> None:
    await house.correction(application, ("field:kana", "name_differs"))
    returned = await house.application(application.id)
    await use_cases.change_application(house.intake, application.id, returned.version, {"kana": "スイゼンジ ハナ"})
    await use_cases.submit(house.intake, application.id)


async def test_corrections_come_first_and_then_who_submitted_first(house: House) -> None:
    waiting = []
    for _ in range(4):
        waiting.append(await house.submitted())
        house.clock.move(minutes=1)
    first, second, third, corrected = waiting
    await _resubmitted(house, corrected)
    places = [await place_in_queue(house.intake, each.id) for each in (corrected, first, second, third)]
    assert places == [Place(1, 4), Place(2, 4), Place(3, 4), Place(4, 4)]


async def test_who_has_asked_to_withdraw_holds_up_nobody(house: House) -> None:
    first = await house.submitted()
    second = await house.submitted()
    await use_cases.withdraw(house.intake, first.id)
    assert await place_in_queue(house.intake, second.id) == Place(1, 1)


async def test_who_has_asked_to_withdraw_has_no_place_any_more(house: House) -> None:
    await house.submitted()
    second = await house.submitted()
    await use_cases.withdraw(house.intake, second.id)
    assert await place_in_queue(house.intake, second.id) is None


async def test_the_api_says_the_place_while_the_decision_is_waited_for(house: House) -> None:
    await house.submitted()
    waiting = await house.submitted()
    headers = {"Authorization": f"Bearer {await house.sign_in(waiting)}"}
    said = []
    for decided in (False, True):
        if decided:
            await house.deliver(heard("review.approved.v1", "review", waiting.id, {"round": 1}))
        async with house.client.get(f"/api/v1/applications/{waiting.id}", headers=headers) as response:
            said.append((await response.json())["queue"])
    assert said == [{"place": 2, "waiting": 2}, None]


async def test_nobody_waits_before_submitting_or_after_the_decision(house: House) -> None:
    provisional = await house.proven()
    decided = await house.submitted()
    await house.deliver(heard("review.approved.v1", "review", decided.id, {"round": 1}))
    assert [await place_in_queue(house.intake, each.id) for each in (provisional, decided)] == [None, None]


def _mail(state: str, minutes: int, template: str = "application_received") -> Mail:
    return Mail(template, state, NOON + timedelta(minutes=minutes))


def test_what_was_mailed_after_a_correction_was_sent_is_about_the_correction() -> None:
    again = TimelineEntry(NOON, "resubmitted")
    sent = [_mail("sent", -5, "application_submitted"), _mail("sent", 1, "application_submitted"), _mail("sent", 2)]
    assert [each.of_correction for each in letters(sent, [again])] == [False, True, False]


def test_what_went_to_the_address_of_before_is_told_apart() -> None:
    changed = TimelineEntry(NOON, "contact_changed")
    sent = [_mail("failed", -5), _mail("sent", 1, "contact_replaced"), _mail("sent", 1)]
    assert letters(sent, [changed]) == [
        Letter(sent[0], former=True),
        Letter(sent[1], former=True),
        Letter(sent[2], former=False),
    ]


@pytest.mark.parametrize(
    ("states", "said"), [([], False), (["failed"], True), (["failed", "sent"], False), (["sent", "failed"], True)]
)
def test_only_the_last_mail_says_whether_mails_arrive(states: list[str], said: bool) -> None:
    assert undelivered(letters([_mail(state, at) for at, state in enumerate(states)], [])) is said


def test_a_mail_that_failed_at_the_address_of_before_warns_no_more() -> None:
    assert not undelivered(letters([_mail("failed", -5)], [TimelineEntry(NOON, "contact_changed")]))


@pytest.mark.parametrize(
    ("email", "shown"), [("hana@example.jp", "h***@example.jp"), ('"a@b"@example.jp', '"***@example.jp')]
)
def test_an_address_is_known_to_its_owner_only(email: str, shown: str) -> None:
    assert masked(email) == shown
