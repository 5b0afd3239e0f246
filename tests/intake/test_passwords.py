"""A forgotten password: nobody learns who has an application, and a link works once, soon, and for its own."""

import asyncio
import hashlib
from datetime import timedelta
from typing import Any

import pytest

from chassis.errors import Invalid, NotFound, TooManyRequests, Unauthenticated
from services.intake import use_cases
from services.intake.model.applications import Application
from services.intake.use_cases.housekeeping import forget_expired
from services.intake.use_cases.links import answer_link_request
from tests.intake.conftest import House
from tests.intake.forms import PASSWORD

EMAIL, NEW, BORN = "hana@example.jp", "shiratama77", "1991-04-12"


async def ask(house: House, body: Any) -> tuple[int, bytes]:
    async with house.client.post("/api/v1/password-resets", json=body) as response:
        return response.status, await response.read()


async def mailed(house: House) -> list[str]:
    """The links that were mailed to set a password, oldest first."""
    while await answer_link_request(house.intake):
        pass
    events = await house.events("application.link_requested.v1")
    return [str(event.data["link"]) for event in events if event.data["purpose"] == "reset_password"]


async def token_for(house: House, application: Application) -> str:
    await use_cases.request_password_reset(house.intake, EMAIL, str(application.id))
    base, _, token = (await mailed(house))[-1].rpartition("/")
    assert base == f"http://library.test/password/{application.id}"
    return token


async def reset(house: House, application: Application, token: str, password: str = NEW, birth_date: str = "") -> None:
    await use_cases.set_password(house.intake, application.id, token, password, birth_date)


async def signs_in(house: House, application: Application, password: str) -> bool:
    try:
        await use_cases.sign_in(house.intake, EMAIL, password, str(application.id), None)
    except Unauthenticated:
        return False
    return True


async def test_everyone_gets_the_same_answer_and_only_the_right_person_a_mail(house: House) -> None:
    application = await house.proven()
    bodies = [
        {"email": EMAIL, "application": str(application.id)},
        {"email": EMAIL, "application": None},
        {"email": EMAIL, "application": "K7QM-2XRD-90FA"},
        {"email": "nobody@example.jp", "application": application.receipt_number},
        {"email": "nobody@example.jp"},
        {"email": "\u3000not an address\t"},
        {"email": ""},
        {"email": "x" * 90_000, "application": "y" * 90_000},
    ]
    assert {await ask(house, body) for body in bodies} == {(202, b"")}
    assert await house.rows("link_requests") == len(bodies)
    assert [link.rpartition("/")[0] for link in await mailed(house)] == [
        f"http://library.test/password/{application.id}"
    ]
    assert await house.rows("link_requests") == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [({}, "required"), ({"email": 1}, "wrong_type"), ({"email": EMAIL, "password": "x"}, "unknown_field")],
)
async def test_a_body_of_another_shape_is_refused_before_anything_is_looked_up(
    house: House, body: Any, code: str
) -> None:
    async with house.client.post("/api/v1/password-resets", json=body) as response:
        answer = await response.json()
    assert (response.status, [error["code"] for error in answer["errors"]]) == (422, [code])
    assert await house.rows("link_requests") == 0


async def test_without_an_application_each_one_of_the_address_gets_its_own_link(house: House) -> None:
    mine, sisters = await house.proven(), await house.proven(name="水前寺 月子")
    other = await house.receive(email="other@example.jp")
    await ask(house, {"email": "ＨＡＮＡ＠example.jp"})
    found = {link.split("/")[-2] for link in await mailed(house)}
    assert found == {str(mine.id), str(sisters.id)}
    assert str(other.id) not in found


async def test_the_link_sets_the_password_once_and_ends_every_session(house: House) -> None:
    application = await house.proven()
    session = await house.sign_in(application)
    token = await token_for(house, application)
    for _ in range(3):
        assert await use_cases.asks_birth_date(house.intake, application.id, token) is False
    assert await use_cases.application_of(house.intake, session) == application.id
    await reset(house, application, token)
    with pytest.raises(Unauthenticated):
        await use_cases.application_of(house.intake, session)
    assert [await signs_in(house, application, each) for each in (PASSWORD, NEW)] == [False, True]
    with pytest.raises(NotFound):
        await use_cases.asks_birth_date(house.intake, application.id, token)
    with pytest.raises(NotFound):
        await reset(house, application, token, "another one 1")
    assert await signs_in(house, application, NEW)


async def test_a_token_ends_after_half_an_hour_and_opens_no_other_application(house: House) -> None:
    application, other = await house.proven(), await house.proven(name="他人 太郎")
    token = await token_for(house, application)
    for whose, text in ((other, token), (application, f"{token}x")):
        with pytest.raises(NotFound):
            await reset(house, whose, text)
    house.clock.move(minutes=30)
    for text in (token, "", "\ud800", "é" * 5000):
        with pytest.raises(NotFound):
            await reset(house, application, text)
    assert await signs_in(house, application, PASSWORD)
    assert await signs_in(house, other, PASSWORD)


async def test_one_use_ends_the_links_that_were_mailed_before(house: House) -> None:
    application = await house.proven()
    first = await token_for(house, application)
    house.clock.move(minutes=2)
    second = await token_for(house, application)
    await reset(house, application, second)
    with pytest.raises(NotFound):
        await reset(house, application, first)


async def test_the_same_link_twice_at_once_sets_one_password(house: House) -> None:
    application = await house.proven()
    token = await token_for(house, application)
    passwords = [f"shiratama7{n}" for n in range(4)]
    ends = await asyncio.gather(*(reset(house, application, token, each) for each in passwords), return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["NoneType"] + ["NotFound"] * 3
    assert [await signs_in(house, application, each) for each in passwords].count(True) == 1


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "required"),
        ("abc12", "password_too_short"),
        ("password1", "password_common"),
        ("x" * 200, "password_too_long"),
        ("abc\x07def", "password_ctrl"),
    ],
)
async def test_the_new_password_keeps_to_the_policys_rules_and_a_slip_costs_no_link(
    house: House, password: str, code: str
) -> None:
    application = await house.proven()
    token = await token_for(house, application)
    with pytest.raises(Invalid) as refused:
        await reset(house, application, token, password)
    assert [(error.field, error.code) for error in refused.value.errors] == [("password", code)]
    await reset(house, application, token)


async def test_an_address_that_is_not_proven_may_be_a_strangers_so_the_link_asks_for_the_birth_date(
    house: House,
) -> None:
    application = await house.receive()
    token = await token_for(house, application)
    assert await use_cases.asks_birth_date(house.intake, application.id, token) is True
    for wrong in ("", "1991-04-13", "gibberish", "\ud800"):
        with pytest.raises(Invalid) as refused:
            await reset(house, application, token, birth_date=wrong)
        assert [(error.field, error.code) for error in refused.value.errors] == [("birth_date", "wrong_birth_date")]
    assert await signs_in(house, application, PASSWORD)
    await reset(house, application, token, birth_date="平成３年４月１２日")
    assert await signs_in(house, application, NEW)
    assert (await house.application(application.id)).email_proven_at == house.clock()


async def test_guessing_the_birth_date_on_and_on_ends_the_links(house: House) -> None:
    application = await house.receive()
    token = await token_for(house, application)
    for day in range(1, 7):
        with pytest.raises(Invalid):
            await reset(house, application, token, birth_date=f"1990-01-0{day}")
    with pytest.raises(NotFound):
        await reset(house, application, token, birth_date=BORN)


async def test_links_are_mailed_once_a_minute_and_five_times_a_day(house: House) -> None:
    application = await house.proven()
    for sent in (1, 1, 2, 3, 4, 5, 5):
        await token_for(house, application)
        assert len(await mailed(house)) == sent
        house.clock.move(seconds=31 if sent == 1 else 61)
    house.clock.move(days=1)
    await token_for(house, application)
    assert len(await mailed(house)) == 6


async def test_who_was_locked_out_by_guesses_gets_in_with_the_new_password(house: House) -> None:
    application = await house.proven()
    for _ in range(10):
        assert not await signs_in(house, application, "wrong pass")
    with pytest.raises(TooManyRequests):
        await signs_in(house, application, PASSWORD)
    await reset(house, application, await token_for(house, application))
    assert await signs_in(house, application, NEW)


async def test_the_token_is_stored_hashed_and_forgotten_after_a_day(house: House) -> None:
    application = await house.proven()
    token = await token_for(house, application)
    async with house.intake.db.connection() as conn:
        row = await conn.fetchrow("SELECT * FROM password_resets")
    assert row is not None
    assert row["token_hash"] == hashlib.sha256(token.encode()).digest()
    assert row["expires_at"] - row["created_at"] == timedelta(minutes=30)
    house.clock.move(days=1, seconds=1)
    await forget_expired(house.intake)
    assert await house.rows("password_resets") == 0
