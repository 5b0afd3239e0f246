"""The page on which staff stop the notice before a card expires."""

import pytest

from tests.review import samples
from tests.review.conftest import House
from tests.review.pages.conftest import Answer, Browser
from tests.review.test_registrations import registered

PATH = "/registrations"


async def look_up(staff: Browser, number: str) -> Answer:
    await staff.get(PATH)
    return await staff.post(PATH, {"card_number": number})


async def notice_of(house: House) -> str:
    """Where the notice of the only registration is stopped."""
    [row] = await house.rows("SELECT id FROM registrations")
    return f"{PATH}/{row['id']}/notice"


async def wanted(house: House) -> list[bool]:
    return [row["expiry_notice"] for row in await house.rows("SELECT expiry_notice FROM registrations")]


async def test_who_is_not_signed_in_stops_nothing(browser: Browser, house: House) -> None:
    await registered(house, expiry_notice=True)
    await browser.get("/sign-in")
    answer = await browser.post(await notice_of(house))
    assert (answer.status, answer.location, await wanted(house)) == (303, "/sign-in?next=%2Fregistrations", [True])


async def test_a_form_of_another_site_stops_nothing(staff: Browser, house: House) -> None:
    await registered(house, expiry_notice=True)
    answer = await staff.send(await notice_of(house), b"")
    assert (answer.status, await wanted(house)) == (403, [True])


async def test_a_form_of_another_site_finds_nobody(staff: Browser, house: House) -> None:
    number = await registered(house, expiry_notice=True)
    assert (await staff.send(PATH, f"card_number={number}".encode())).status == 403


@pytest.mark.parametrize("id_", ["1", "%00", "01a204ff-5311-7420-bab2-004678a4251d", "٠" * 36])
async def test_the_notice_of_nobody_is_a_readable_page(staff: Browser, id_: str) -> None:
    await staff.get(PATH)
    answer = await staff.post(f"{PATH}/{id_}/notice")
    assert (answer.status, "まだ処理していません" in answer.text) == (409, True)


async def test_an_unknown_card_is_said_beside_the_field_that_keeps_what_was_typed(staff: Browser) -> None:
    answer = await look_up(staff, samples.CARD)
    said = answer.text.count("このカード番号の登録は見つかりません。")
    assert (answer.status, said, f'value="{samples.CARD}"' in answer.html) == (422, 2, True)


@pytest.mark.parametrize("typed", ["", "\0", "x" * 5000, "٠" * 13, "<script>"])
async def test_a_strange_number_is_a_readable_page(staff: Browser, typed: str) -> None:
    answer = await look_up(staff, typed)
    assert (answer.status, "<script>" in answer.html) == (422, False)


async def test_no_more_is_shown_than_the_end_of_the_number_the_last_day_and_the_answer(
    staff: Browser, house: House
) -> None:
    number = await registered(house, expiry_notice=True)
    answer = await look_up(staff, number)
    shown = "番号の終わり4けた 0018 有効期限 2031年11月22日（土） 期限のお知らせ 希望する（メール）"
    hidden = [word for word in (number, "水前寺", "見本町", "hana@example.jp", "1991") if word in answer.html]
    assert (answer.status, shown in answer.text, hidden) == (200, True, [])


async def test_the_button_stops_the_notice_and_says_so(staff: Browser, house: House) -> None:
    await look_up(staff, await registered(house, expiry_notice=True))
    answer = await staff.post(await notice_of(house))
    said = "お知らせを停止しました" in answer.text and "期限のお知らせ 希望しない" in answer.text
    assert (answer.status, said, await wanted(house)) == (200, True, [False])


async def test_pressed_twice_it_says_the_same(staff: Browser, house: House) -> None:
    await look_up(staff, await registered(house, expiry_notice=True))
    first, second = await staff.post(await notice_of(house)), await staff.post(await notice_of(house))
    assert (first.status, first.text) == (second.status, second.text)


async def test_where_it_is_not_wanted_there_is_no_button(staff: Browser, house: House) -> None:
    answer = await look_up(staff, await registered(house))
    assert ("期限のお知らせ 希望しない" in answer.text, "/notice" in answer.html) == (True, False)


async def test_every_page_of_staff_leads_there(staff: Browser) -> None:
    assert f'<a href="{PATH}">有効期限のお知らせの停止</a>' in (await staff.get("/queue")).html
