from uuid import UUID

import pytest

from services.review import use_cases
from tests.review import samples
from tests.review.conftest import House
from tests.review.pages.conftest import Browser
from tests.review.test_registrations import registered

JPEG = b"\xff\xd8\xff\xe0 invented"


async def test_the_case_shows_what_was_understood_and_what_was_typed(staff: Browser, house: House) -> None:
    view = await house.case()
    text = (await staff.get(f"/cases/{view.case.id}")).text
    assert "フリガナ スイゼンジ ハナ 入力：ｽｲｾﾞﾝｼﾞ ﾊﾅ" in text
    assert "生年月日 1991年4月12日（平成3年・35歳）" in text
    assert "メール hana@example.jp 利用区分 熊本市在住 予約受取館 熊本市立図書館（本館） 予約の連絡 メール" in text


async def test_the_case_says_who_typed_for_whom_and_what_was_agreed_to_when(staff: Browser, house: House) -> None:
    of_age = await house.case()
    text = (await staff.get(f"/cases/{of_age.case.id}")).text
    assert "入力した人 本人 同意 11月20日 09:30（説明の版：2026-11）" in text
    child = samples.applicant(guardian_name=samples.typed("水前寺 太郎"), guardian_relation="grandparent")
    for code, words in (("guardian", "保護者"), ("helper", "家族など（本人を手伝った人）"), ("staff", "図書館の職員")):
        view = await house.case(who=child, filled_by=code)
        text = (await staff.get(f"/cases/{view.case.id}")).text
        assert "保護者名 水前寺 太郎 保護者の続柄（カードを使う方から見て） 祖父母" in text
        assert f"入力した人 {words} 同意" in text


async def test_the_case_says_whether_the_person_wants_to_be_told_before_the_card_expires(
    staff: Browser, house: House
) -> None:
    for answer, words in ((True, "希望する（メール）"), (False, "希望しない"), (None, "希望しない")):
        view = await house.case(expiry_notice=answer)
        text = (await staff.get(f"/cases/{view.case.id}")).text
        assert f"（説明の版：2026-11） 期限の連絡 {words} 確認すること" in text


async def test_each_image_is_shown_and_can_be_opened_in_full_size(staff: Browser, house: House) -> None:
    documents = [samples.document(), samples.document(side="back", warnings=["glare"])]
    view = await house.case(documents=documents)
    answer = await staff.get(f"/cases/{view.case.id}")
    for document in documents:
        address = f"/cases/{view.case.id}/documents/{document['id']}"
        assert f'<img src="{address}/screen" alt=' in answer.html
        assert f'href="{address}/reading" target="_blank"' in answer.html
    assert "運転免許証（裏面） 光の反射" in answer.text


async def test_an_image_is_passed_on_and_never_stored_by_the_browser(staff: Browser, house: House) -> None:
    document = samples.document()
    house.vault.images[UUID(document["id"])] = JPEG
    view = await house.case(documents=[document])
    path = f"/cases/{view.case.id}/documents/{document['id']}/reading"
    async with house.client.get(path) as response:
        assert (response.status, await response.read()) == (200, JPEG)
        assert response.headers["Content-Type"] == "image/jpeg"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_an_image_of_another_case_is_not_found(staff: Browser, house: House) -> None:
    document = samples.document()
    house.vault.images[UUID(document["id"])] = JPEG
    await house.case(documents=[document])
    other = await house.case(who=samples.somebody(1))
    answer = await staff.get(f"/cases/{other.case.id}/documents/{document['id']}/screen")
    assert answer.status == 404
    assert house.vault.grants == []


async def test_an_unknown_rendition_is_not_found(staff: Browser, house: House) -> None:
    view = await house.case()
    answer = await staff.get(f"/cases/{view.case.id}/documents/{view.documents[0].id}/original")
    assert answer.status == 404


async def test_while_documents_is_away_the_image_is_a_503_and_the_page_still_stands(
    staff: Browser, house: House
) -> None:
    view = await house.case()
    house.vault.status = 500
    answer = await staff.get(f"/cases/{view.case.id}/documents/{view.documents[0].id}/screen")
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert (await staff.get(f"/cases/{view.case.id}")).status == 200


async def test_who_looks_finds_a_button_to_claim_and_no_form_to_decide(staff: Browser, house: House) -> None:
    view = await house.case()
    answer = await staff.get(f"/cases/{view.case.id}")
    assert "担当になると、判定できます。 担当する" in answer.text
    assert "/decision" not in answer.html


async def test_claiming_opens_the_forms_and_releasing_closes_them(staff: Browser, house: House) -> None:
    path = f"/cases/{(await house.case()).case.id}"
    await staff.get(path)
    answer = await staff.post(f"{path}/claim")
    assert (answer.status, answer.location) == (303, path)
    assert (await staff.get(path)).html.count(f'action="{path}/decision"') == 3
    answer = await staff.post(f"{path}/release")
    assert (answer.status, answer.location) == (303, "/queue")
    assert "/decision" not in (await staff.get(path)).html


async def test_a_colleagues_claim_is_named_with_its_time(staff: Browser, house: House) -> None:
    case = await house.claimed(house.colleague)
    path = f"/cases/{case.id}"
    answer = await staff.get(path)
    assert "taroさんが担当しています（12:15まで）。判定はできません。" in answer.text
    assert "/decision" not in answer.html
    answer = await staff.post(f"{path}/claim")
    assert answer.status == 409
    assert "ほかの職員が担当しています" in answer.text


async def test_a_case_that_was_withdrawn_says_so_and_offers_nothing(staff: Browser, house: House) -> None:
    view = await house.case()
    await house.hear(samples.withdrawn(view.case.application_id))
    answer = await staff.get(f"/cases/{view.case.id}")
    assert "この申請は終わりました" in answer.text
    assert "担当する" not in answer.text
    assert (await staff.post(f"/cases/{view.case.id}/claim")).status == 409


async def test_perhaps_the_same_person_is_shown_with_the_reasons(staff: Browser, house: House) -> None:
    first, second = await house.case(), await house.case()
    answer = await staff.get(f"/cases/{second.case.id}")
    assert "同じ人かもしれない登録 1件 水前寺 はな スイゼンジ ハナ フリガナと生年月日が同じ" in answer.text
    assert first.case.receipt_number in answer.text


async def test_who_shares_the_telephone_alone_is_said_to_be_perhaps_of_the_family(staff: Browser, house: House) -> None:
    mine = samples.applicant()
    sibling = {**samples.somebody(1), "phone": mine["phone"]}
    await house.case(who=sibling)
    view = await house.case(who=mine)
    text = (await staff.get(f"/cases/{view.case.id}")).text
    said = "同じ人かもしれない登録 見つかりませんでした。 家族かもしれない登録 1件 電話番号だけが同じで、氏名も生年月日も違います。 見本 1"
    assert said in text


async def test_of_the_family_nothing_need_be_said_and_it_can_be(staff: Browser, house: House) -> None:
    await house.case(who={**samples.somebody(1), "phone": samples.applicant()["phone"]})
    case = await house.claimed()
    [sibling] = (await use_cases.get_case(house.review, case.id)).duplicates
    html = (await staff.get(f"/cases/{case.id}")).html
    before, _, after = html.partition(f'for="verdict-{sibling.id}-approve"')
    assert ("家族かもしれない人" in before, "※任意" in after.partition("</label>")[0]) == (True, True)


async def test_an_undelivered_mail_is_said_with_the_telephone_number(staff: Browser, house: House) -> None:
    view = await house.case()
    await house.hear(samples.mail(view.case.application_id, "failed"))
    text = (await staff.get(f"/cases/{view.case.id}")).text
    assert "申請者へのメールが届いていません。電話（096-000-0000）で連絡してください。" in text


async def test_a_renewal_of_an_unknown_card_is_marked(staff: Browser, house: House) -> None:
    case = await house.claimed(kind="renewal", who=samples.applicant(card_number=samples.CARD))
    answer = await staff.get(f"/cases/{case.id}")
    assert "このカード番号はこのシステムに登録がありません" in answer.text
    assert f'name="card_number" type="text" value="{samples.CARD}"' in answer.html


async def test_a_renewal_outside_of_its_time_is_said_once_and_can_still_be_approved(
    staff: Browser, house: House
) -> None:
    card = await registered(house)
    case = await house.claimed(kind="renewal", who=samples.applicant(card_number=card))
    path = f"/cases/{case.id}"
    said = "更新の受付期間ではありません 有効期限は2031年11月22日です。更新の受付は9月23日からです。"
    text = (await staff.get(path)).text
    assert (text.count("更新の受付"), said in text) == (2, True)
    answer = await staff.post(
        f"{path}/decision", {"decision": "approve", "version": str(case.version), "card_number": card}
    )
    assert answer.location == f"{path}?done=1"
    assert "更新の受付" not in (await staff.get(path)).text


@pytest.mark.parametrize(
    "id_", ["1", "x" * 5000, "%00", "%FF%FE", "..%2f..%2fetc", "01a204ff-5311-7420-bab2-004678a4251d", "٠" * 36]
)
@pytest.mark.parametrize("rest", ["", "/documents/1/screen"])
async def test_a_strange_id_is_a_readable_page(staff: Browser, id_: str, rest: str) -> None:
    answer = await staff.get(f"/cases/{id_}{rest}")
    assert answer.status == 404
    assert "見つかりません" in answer.text


async def test_what_applicants_typed_cannot_become_a_tag(staff: Browser, house: House) -> None:
    who = samples.applicant(name=samples.typed("<script>alert(1)</script>"))
    view = await house.case(who=who)
    answer = await staff.get(f"/cases/{view.case.id}")
    assert "<script>alert" not in answer.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.html


async def test_every_id_on_the_page_is_there_once_and_every_label_has_its_control(staff: Browser, house: House) -> None:
    await house.case()
    case = await house.claimed(documents=[samples.document(), samples.document(side="back")])
    html = (await staff.get(f"/cases/{case.id}")).html
    ids = [part.split('"')[0] for part in html.split(' id="')[1:]]
    assert len(ids) == len(set(ids))
    targets = {part.split('"')[0] for part in html.split(' for="')[1:]}
    assert targets - set(ids) == set()


async def test_the_case_can_be_read_after_the_decision(staff: Browser, house: House) -> None:
    case = await house.claimed()
    await staff.get(f"/cases/{case.id}")
    await staff.post(f"/cases/{case.id}/decision", {"decision": "approve", "version": str(case.version)})
    assert (await use_cases.get_case(house.review, case.id)).case.status == "decided"
    text = (await staff.get(f"/cases/{case.id}")).text
    assert "承認済み" in text
    assert "これまでの判定 承認 11月22日 12:00 hana カード番号 29" in text
