"""Staff accounts and their sessions."""

import asyncio
from datetime import timedelta

import pytest

from chassis.errors import Invalid, TooManyRequests, Unauthenticated
from services.review import use_cases
from services.review.model.attempts import OF_ADDRESS
from services.review.store import attempts
from tests.review import samples
from tests.review.conftest import ADDRESS, PASSWORD, House


async def test_a_wrong_password_and_an_unknown_name_are_refused_alike(house: House) -> None:
    for name, password in (("hana", "wrong-password"), ("nobody", PASSWORD), ("", ""), ("hana", "x" * 5000)):
        with pytest.raises(Unauthenticated) as refused:
            await use_cases.sign_in(house.review, name, password, ADDRESS)
        assert refused.value.code == "wrong_credentials"


async def test_a_password_in_full_width_is_the_same_as_in_half(house: House) -> None:
    wide = "".join(chr(ord(char) + 0xFEE0) for char in PASSWORD)
    assert (await use_cases.sign_in(house.review, "hana", wide, ADDRESS)).staff == house.reviewer
    jiro = await use_cases.add_staff(house.review, "jiro", wide)
    assert (await use_cases.sign_in(house.review, "jiro", PASSWORD, ADDRESS)).staff == jiro


async def test_an_unknown_token_opens_nothing(house: House) -> None:
    with pytest.raises(Unauthenticated):
        await use_cases.staff_of(house.review, "no-such-token")


async def test_too_many_failures_are_told_to_come_back_even_with_the_right_password(house: House) -> None:
    for _ in range(10):
        with pytest.raises(Unauthenticated):
            await use_cases.sign_in(house.review, "hana", "wrong-password", ADDRESS)
    with pytest.raises(TooManyRequests):
        await use_cases.sign_in(house.review, "HANA ", PASSWORD, ADDRESS)
    assert (await use_cases.sign_in(house.review, "taro", PASSWORD, ADDRESS)).staff == house.colleague
    house.clock.move(minutes=15)
    assert (await use_cases.sign_in(house.review, "hana", PASSWORD, ADDRESS)).staff == house.reviewer


@pytest.mark.parametrize(
    ("username", "password", "role", "code"),
    [
        ("", PASSWORD, "reviewer", "username_invalid"),
        ("x\0y", PASSWORD, "reviewer", "username_invalid"),
        ("はな", PASSWORD, "reviewer", "username_invalid"),
        ("jiro", "short", "reviewer", "password_too_short"),
        ("jiro", "12345678", "reviewer", "password_too_short"),
        ("jiro", "        ", "reviewer", "password_blank"),
        ("jiro", "\u3000" * 14, "reviewer", "password_blank"),
        ("jiro", "123456789012", "reviewer", "password_common"),
        ("jiro", "Password-2026", "reviewer", "password_common"),
        ("jiro", "abababababab", "reviewer", "password_common"),
        ("jiro", "P@ssw0rd2026", "reviewer", "password_common"),
        ("jiro", "Kum@m0t0-2026", "reviewer", "password_common"),
        ("jiro", "ouchi-ouchi-1", "reviewer", "password_common"),
        ("hanako.yamada", "adamay.okanah", "reviewer", "password_own"),
        ("shirakawa", "@w@k@r1hs-26", "reviewer", "password_own"),
        ("shirakawa.t", "Shirakawa.T!", "reviewer", "password_own"),
        ("shirakawa.t@example.jp", "shirakawa-t-2026", "reviewer", "password_own"),
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
        await use_cases.sign_in(house.review, "hana", PASSWORD, ADDRESS)


async def test_neither_passwords_nor_tokens_nor_typed_names_are_stored(house: House) -> None:
    token = await house.token()
    with pytest.raises(Unauthenticated):
        await use_cases.sign_in(house.review, PASSWORD, "oops", ADDRESS)
    stored = str(await house.rows("SELECT * FROM staff, sessions")) + str(
        await house.rows("SELECT * FROM sign_in_attempts")
    )
    assert token not in stored
    assert PASSWORD not in stored
    assert await house.rows("SELECT action FROM audit WHERE action LIKE 'sign%' ORDER BY id") == [
        {"action": "signed_in"},
        {"action": "sign_in_failed"},
    ]


async def tried(house: House, name: str, address: str, times: int) -> list[str]:
    """What so many guesses at once are answered."""
    guesses = (use_cases.sign_in(house.review, name, f"guess-{number}", address) for number in range(times))
    answers = await asyncio.gather(*guesses, return_exceptions=True)
    return [type(each).__name__ for each in answers]


@pytest.mark.parametrize("name", ["hana", "nobody"])
async def test_of_sixty_guesses_at_once_ten_are_tried_whether_there_is_such_an_account_or_not(
    house: House, name: str
) -> None:
    answers = await tried(house, name, ADDRESS, 60)
    assert (answers.count("Unauthenticated"), answers.count("TooManyRequests")) == (10, 50)


async def test_strangers_lock_nobody_out_of_where_they_work(house: House) -> None:
    for number in range(5):
        await tried(house, "hana", f"198.51.100.{number}", 12)
    assert (await use_cases.sign_in(house.review, "hana", PASSWORD, ADDRESS)).staff == house.reviewer


async def test_whoever_goes_on_guessing_waits_longer_each_time(house: House) -> None:
    await tried(house, "hana", ADDRESS, 10)
    waits = []
    for _ in range(4):
        with pytest.raises(TooManyRequests) as refused:
            await use_cases.sign_in(house.review, "hana", PASSWORD, ADDRESS)
        waits.append(int(refused.value.headers["Retry-After"]))
        house.clock.move(seconds=waits[-1])
        assert sorted(await tried(house, "hana", ADDRESS, 3)) == ["TooManyRequests"] * 2 + ["Unauthenticated"]
    assert waits == [900, 1800, 3600, 7200]
    house.clock.move(hours=25)
    assert (await use_cases.sign_in(house.review, "hana", PASSWORD, ADDRESS)).staff == house.reviewer


async def test_one_address_cannot_try_names_without_end(house: House) -> None:
    answers = [answer for number in range(102) for answer in await tried(house, f"name{number}", ADDRESS, 1)]
    assert answers == ["Unauthenticated"] * 100 + ["TooManyRequests"] * 2
    house.clock.move(minutes=2)
    assert (await use_cases.sign_in(house.review, "hana", PASSWORD, ADDRESS)).staff == house.reviewer


async def test_signing_in_rightly_is_not_counted(house: House) -> None:
    for _ in range(30):
        await use_cases.sign_in(house.review, "hana", PASSWORD, ADDRESS)
    [address] = await house.rows("SELECT attempts FROM sign_in_attempts")
    assert address == {"attempts": 0}


async def test_signing_out_gives_the_claims_back_at_once(house: House) -> None:
    case, other = await house.claimed(), await house.claimed(house.colleague, who=samples.somebody(1))
    assert await use_cases.sign_out(house.review, await house.token()) == 1
    assert (await use_cases.claim(house.review, case.id, house.colleague)).claim is not None
    view = await use_cases.get_case(house.review, other.id)
    assert view.case.claim is not None


async def test_signing_in_again_ends_the_session_before_it_and_keeps_ones_own_claims(house: House) -> None:
    case, token = await house.claimed(), await house.token()
    await use_cases.replace_session(house.review, token, house.reviewer)
    with pytest.raises(Unauthenticated):
        await use_cases.staff_of(house.review, token)
    assert (await use_cases.get_case(house.review, case.id)).case.status == "claimed"
    await use_cases.replace_session(house.review, await house.token(), house.colleague)
    assert (await use_cases.get_case(house.review, case.id)).case.status == "waiting"


async def test_who_began_first_and_is_counted_last_need_not_wait(house: House) -> None:
    """Colleagues behind one address sign in at the same moment."""
    now = house.review.now()
    async with house.review.db.transaction() as tx:
        waits = [
            await attempts.count(tx.conn, b"a", OF_ADDRESS, now - timedelta(milliseconds=each)) for each in range(3)
        ]
    assert waits == [None, None, None]
