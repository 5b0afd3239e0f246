"""Staff stop the notice before the card expires: for who has the card, once, and so that nothing brings it back."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import Invalid, NotFound
from chassis.ids import new_id
from services.review import use_cases
from services.review.model import Registration
from tests.review import samples
from tests.review.conftest import House
from tests.review.test_expiring import tell, told
from tests.review.test_registrations import registered

CHANGED = "registration.changed.v1"
NEW = "hanako@example.jp"


async def found(house: House, number: str) -> Registration:
    return await use_cases.find_registration(house.review, number, house.reviewer)


async def stopped(house: House, number: str) -> Registration:
    return await use_cases.stop_notice(house.review, (await found(house, number)).id, house.reviewer)


async def refusal(house: House, number: str) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        await found(house, number)
    return [(each.field, each.code) for each in refused.value.errors]


async def audited(house: House) -> list[tuple[str, Any]]:
    """What staff did with registrations, and with which."""
    sql = "SELECT action, detail FROM audit WHERE action IN ('registration_looked_up', 'notice_stopped') ORDER BY id"
    return [(row["action"], row["detail"]) for row in await house.rows(sql)]


async def changes(house: House) -> list[Any]:
    return [data for type_, _, data in await house.said() if type_ == CHANGED]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "card_number_required"),
        ("　", "card_number_required"),
        ("水前寺", "card_number_not_digits"),
        ("290000", "card_number_length"),
        ("2900000001238", "card_number_check_digit"),
        (samples.CARD, "registration_unknown"),
    ],
)
async def test_a_number_that_is_no_cards_is_refused_with_the_reason(house: House, typed: str, code: str) -> None:
    await registered(house)
    assert await refusal(house, typed) == [("card_number", code)]


async def test_the_number_of_a_lost_card_finds_nobody(house: House) -> None:
    lost = await registered(house, expiry_notice=True)
    await registered(house, kind="replacement", who=samples.applicant(card_number=lost))
    assert await refusal(house, lost) == [("card_number", "card_number_void")]


async def test_the_notice_of_a_registration_that_is_not_there_cannot_be_stopped(house: House) -> None:
    with pytest.raises(NotFound):
        await use_cases.stop_notice(house.review, new_id(), house.reviewer)


async def test_every_look_up_is_noted_also_in_vain_and_without_the_number(house: House) -> None:
    number = await registered(house)
    registration = (await found(house, number)).id
    await refusal(house, samples.CARD)
    assert await audited(house) == [
        ("registration_looked_up", {"registration": str(registration)}),
        ("registration_looked_up", {"registration": None}),
    ]


@pytest.mark.parametrize("typed", ["２９００ー０００００ー００１８", "2900 0000 0001 8", " 2900-0000-0001-8 "])
async def test_the_number_is_understood_as_people_type_it(house: House, typed: str) -> None:
    await registered(house)
    assert (await found(house, typed)).card_number == "2900000000018"


async def test_a_person_whose_notice_is_stopped_is_never_told(house: House) -> None:
    await stopped(house, await registered(house, expiry_notice=True))
    assert await told(house, *range(62, -3, -1)) == [0] * 65


async def test_of_others_nothing_is_stopped(house: House) -> None:
    mine = await registered(house, expiry_notice=True)
    await registered(house, who=samples.somebody(1), expiry_notice=True)
    await stopped(house, mine)
    assert await told(house, 60) == [1]


async def test_it_is_said_with_the_next_version_and_what_changed(house: House) -> None:
    registration = await stopped(house, await registered(house, expiry_notice=True))
    [_, (_, _, completed), said] = await house.said()
    assert said == (CHANGED, registration.id, {**completed, "version": 2, "changed": ["expiry_notice"]})


async def test_who_stopped_it_is_noted(house: House) -> None:
    registration = await stopped(house, await registered(house, expiry_notice=True))
    assert (await audited(house))[-1] == ("notice_stopped", {"registration": str(registration.id)})


async def test_stopped_twice_it_is_said_and_noted_once(house: House) -> None:
    number = await registered(house, expiry_notice=True)
    first, second = await stopped(house, number), await stopped(house, number)
    noted = [action for action, _ in await audited(house)].count("notice_stopped")
    assert (first == second, len(await changes(house)), noted) == (True, 1, 1)


async def test_stopped_by_two_at_once_it_is_said_once(house: House) -> None:
    id_ = (await found(house, await registered(house, expiry_notice=True))).id
    await asyncio.gather(
        *(use_cases.stop_notice(house.review, id_, staff) for staff in (house.reviewer, house.colleague))
    )
    assert [data["version"] for data in await changes(house)] == [2]


async def test_where_it_was_not_wanted_nothing_is_said(house: House) -> None:
    await stopped(house, await registered(house))
    assert await changes(house) == []


async def application_of(house: House) -> UUID:
    [row] = await house.rows("SELECT application_id FROM registrations")
    return UUID(str(row["application_id"]))


async def test_another_address_of_the_same_application_brings_no_notice_back(house: House) -> None:
    registration = await stopped(house, await registered(house, expiry_notice=True))
    await house.hear(samples.contact_changed(registration.application_id, 9, NEW, expiry_notice=True))
    assert await told(house, 60) == [0]
    assert [data.get("changed") for data in await changes(house)] == [["expiry_notice"], ["email"]]


async def test_who_asks_anew_when_the_card_is_renewed_is_told(house: House) -> None:
    number = await registered(house, expiry_notice=True)
    await stopped(house, number)
    await registered(house, kind="renewal", who=samples.applicant(card_number=number), expiry_notice=True)
    assert await told(house, 60) == [1]


async def test_a_change_and_a_stop_at_once_end_with_both(house: House) -> None:
    for number in range(10):
        card = await registered(house, who=samples.somebody(number), expiry_notice=True)
        registration = await found(house, card)
        await asyncio.gather(
            house.hear(samples.contact_changed(registration.application_id, 9, NEW, expiry_notice=True)),
            use_cases.stop_notice(house.review, registration.id, house.reviewer),
        )
        after = await found(house, card)
        assert (after.version, after.email, after.expiry_notice) == (3, NEW, False)
    assert await tell(house.review) == 0
