"""Staff accounts and their sessions."""

import pytest

from chassis.errors import Invalid, TooManyRequests, Unauthenticated
from services.review import use_cases
from tests.review.conftest import PASSWORD, House


async def test_a_wrong_password_and_an_unknown_name_are_refused_alike(house: House) -> None:
    for name, password in (("hana", "wrong-password"), ("nobody", PASSWORD), ("", ""), ("hana", "x" * 5000)):
        with pytest.raises(Unauthenticated) as refused:
            await use_cases.sign_in(house.review, name, password)
        assert refused.value.code == "wrong_credentials"


async def test_a_password_in_full_width_is_the_same_as_in_half(house: House) -> None:
    wide = "".join(chr(ord(char) + 0xFEE0) for char in PASSWORD)
    assert (await use_cases.sign_in(house.review, "hana", wide)).staff == house.reviewer
    jiro = await use_cases.add_staff(house.review, "jiro", wide)
    assert (await use_cases.sign_in(house.review, "jiro", PASSWORD)).staff == jiro


async def test_an_unknown_token_opens_nothing(house: House) -> None:
    with pytest.raises(Unauthenticated):
        await use_cases.staff_of(house.review, "no-such-token")


async def test_too_many_failures_are_told_to_come_back_even_with_the_right_password(house: House) -> None:
    for _ in range(10):
        with pytest.raises(Unauthenticated):
            await use_cases.sign_in(house.review, "hana", "wrong-password")
    with pytest.raises(TooManyRequests):
        await use_cases.sign_in(house.review, "HANA ", PASSWORD)
    assert (await use_cases.sign_in(house.review, "taro", PASSWORD)).staff == house.colleague
    house.clock.move(minutes=15)
    assert (await use_cases.sign_in(house.review, "hana", PASSWORD)).staff == house.reviewer


@pytest.mark.parametrize(
    ("username", "password", "role", "code"),
    [
        ("", PASSWORD, "reviewer", "username_invalid"),
        ("x\0y", PASSWORD, "reviewer", "username_invalid"),
        ("はな", PASSWORD, "reviewer", "username_invalid"),
        ("jiro", "short", "reviewer", "password_too_short"),
        ("jiro", "x" * 201, "reviewer", "password_too_long"),
        ("jiro", PASSWORD, "king", "role_unknown"),
    ],
)
async def test_an_account_with_a_fault_is_not_made(
    house: House, username: str, password: str, role: str, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await use_cases.add_staff(house.review, username, password, role)
    assert [error.code for error in refused.value.errors] == [code]
    assert await house.rows("SELECT username FROM staff ORDER BY 1") == [{"username": "hana"}, {"username": "taro"}]


async def test_a_session_ends_after_half_an_hour_without_use(house: House) -> None:
    token = await house.token()
    for _ in range(3):
        house.clock.move(minutes=29)
        assert await use_cases.staff_of(house.review, token) == house.reviewer
    house.clock.move(minutes=30)
    with pytest.raises(Unauthenticated):
        await use_cases.staff_of(house.review, token)


async def test_a_session_ends_after_twelve_hours_of_use(house: House) -> None:
    token = await house.token()
    for _ in range(28):
        house.clock.move(minutes=25)
        await use_cases.staff_of(house.review, token)
    house.clock.move(minutes=20)
    with pytest.raises(Unauthenticated):
        await use_cases.staff_of(house.review, token)


async def test_signing_out_ends_this_session_only_and_twice_is_no_error(house: House) -> None:
    token, other = await house.token(), await house.token()
    await use_cases.sign_out(house.review, token)
    await use_cases.sign_out(house.review, token)
    with pytest.raises(Unauthenticated):
        await use_cases.staff_of(house.review, token)
    assert await use_cases.staff_of(house.review, other) == house.reviewer


async def test_a_new_password_ends_the_sessions_and_the_same_one_changes_nothing(house: House) -> None:
    token = await house.token()
    assert await use_cases.add_staff(house.review, " Hana", PASSWORD) == house.reviewer
    assert await use_cases.staff_of(house.review, token) == house.reviewer
    changed = await use_cases.add_staff(house.review, "hana", "another-password", "supervisor")
    assert (changed.id, changed.role) == (house.reviewer.id, "supervisor")
    with pytest.raises(Unauthenticated):
        await use_cases.staff_of(house.review, token)
    with pytest.raises(Unauthenticated):
        await use_cases.sign_in(house.review, "hana", PASSWORD)


async def test_neither_passwords_nor_tokens_nor_typed_names_are_stored(house: House) -> None:
    token = await house.token()
    with pytest.raises(Unauthenticated):
        await use_cases.sign_in(house.review, PASSWORD, "oops")
    stored = str(await house.rows("SELECT * FROM staff, sessions")) + str(
        await house.rows("SELECT * FROM sign_in_failures")
    )
    assert token not in stored
    assert PASSWORD not in stored
    assert await house.rows("SELECT action FROM audit WHERE action LIKE 'sign%'") == [{"action": "signed_in"}]
