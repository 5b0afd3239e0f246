"""The page where numbers are covered, as a person without scripts uses it."""

from uuid import UUID

from services.review import use_cases
from tests.review import samples
from tests.review.conftest import House
from tests.review.pages.conftest import Browser

ROW = {"x-0": "10", "y-0": "２０％", "width-0": "30.5", "height-0": "10"}


async def page_of(house: House, *, mine: bool = True) -> tuple[str, str]:
    """The paths of a case whose document waits for its mask, and of the page that masks it."""
    document = {**samples.document(), "type": "eligibility_certificate", "mask": "pending"}
    house.vault.images[UUID(document["id"])] = b"jpeg"
    view = await house.case(documents=[document])
    if mine:
        await use_cases.claim(house.review, view.case.id, house.reviewer)
    case = f"/cases/{view.case.id}"
    return case, f"{case}/documents/{document['id']}/mask"


async def test_the_case_leads_to_the_page_and_the_page_says_what_to_cover(staff: Browser, house: House) -> None:
    case, mask = await page_of(house)
    shown = await staff.get(case)
    assert f'href="{mask}"' in shown.html
    assert "資格確認書（表面） 番号を隠す" in shown.text
    page = await staff.get(mask)
    assert "この書類で隠すもの： 保険者番号、記号、番号、枝番、QRコード" in page.text
    assert page.html.count("data-box=") == 8


async def test_boxes_typed_as_percent_are_covered(staff: Browser, house: House) -> None:
    case, mask = await page_of(house)
    await staff.get(mask)
    answer = await staff.post(mask, ROW)
    assert (answer.status, answer.location) == (303, case)
    assert house.vault.asked == [{"boxes": [{"x": 0.1, "y": 0.2, "width": 0.305, "height": 0.1}]}]
    assert "資格確認書（表面） 隠し済み" in (await staff.get(case)).text


async def test_wrong_numbers_are_named_and_kept(staff: Browser, house: House) -> None:
    _, mask = await page_of(house)
    await staff.get(mask)
    answer = await staff.post(mask, {**ROW, "width-0": "ひろく"})
    assert answer.status == 422
    assert "1か所目：0から100までの数を入力してください。" in answer.text
    assert 'value="ひろく"' in answer.html
    answer = await staff.post(mask, {})
    assert (answer.status, "隠す場所を、1つ以上指定してください。" in answer.text) == (422, True)
    assert house.vault.asked == []


async def test_nothing_to_cover_is_one_press(staff: Browser, house: House) -> None:
    case, mask = await page_of(house)
    await staff.get(mask)
    assert (await staff.post(mask, {"nothing": "1"})).location == case
    assert house.vault.asked == [{"boxes": []}]


async def test_who_has_not_the_case_sees_no_form_and_is_refused(staff: Browser, house: House) -> None:
    _, mask = await page_of(house, mine=False)
    page = await staff.get(mask)
    assert "data-box=" not in page.html
    assert (await staff.post(mask, ROW)).status == 409
    assert house.vault.asked == []


async def test_one_press_destroys_the_image_and_asks_for_another(staff: Browser, house: House) -> None:
    case, mask = await page_of(house)
    destruction = mask.removesuffix("mask") + "destruction"
    await staff.get(mask)
    assert (await staff.post(destruction, {"version": "99"})).status == 409
    assert (await staff.post(destruction, {"version": "x"})).status == 409
    assert house.vault.asked == []
    assert (await staff.post(destruction, {"version": "1"})).location == f"{case}?done=1"
    assert house.vault.asked == [{"why": "individual_number"}]
    shown = await staff.get(case)
    assert "個人番号が写っていたため、11月22日 12:00に消去しました。" in shown.text
    assert "<img" not in shown.html
    assert (await staff.get(mask)).status == 404
