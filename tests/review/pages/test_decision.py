"""The decision forms: what they do is what the API does."""

import re
from typing import Any
from urllib.parse import quote

import pytest

from services.review import use_cases
from services.review.model import Case
from tests.review import samples
from tests.review.conftest import House
from tests.review.pages.conftest import Answer, Browser


async def _send(staff: Browser, case: Case, decision: str, **fields: str) -> Answer:
    """Open the case and send one of its forms."""
    await staff.get(f"/cases/{case.id}")
    return await staff.post(
        f"/cases/{case.id}/decision", {"decision": decision, "version": str(case.version), **fields}
    )


async def _sent(house: House) -> list[tuple[str, Any]]:
    return [(type_, data) for type_, _, data in await house.said()]


async def test_approving_registers_and_says_the_number_and_offers_the_next_case(staff: Browser, house: House) -> None:
    case = await house.claimed()
    following = await house.case(who=samples.somebody(1))
    answer = await _send(staff, case, "approve")
    assert (answer.status, answer.location) == (303, f"/cases/{case.id}?done=1")
    assert [type_ for type_, _ in await _sent(house)] == ["review.approved.v1", "registration.completed.v1"]
    number = (await _sent(house))[1][1]["card_number"]
    shown = await staff.get(answer.location)
    assert f"承認しました カード番号 {number}" in shown.text
    assert f'action="/cases/{following.case.id}/claim"' in shown.html


#: What `samples.document()` is.
LICENCE = {"document_type": "driving_licence", "side": "front"}


async def test_a_correction_names_the_ticked_items_alone(staff: Browser, house: House) -> None:
    document = samples.document()
    case = await house.claimed(documents=[document])
    item = f"document:{document['id']}"
    fields = {
        f"item-{item}": "1",
        f"reason-{item}": "glare",
        f"note-{item}": " 住所の欄が\r\n光っています。 ",
        "item-field:phone": "1",
        "reason-field:phone": "call_us",
        "reason-field:name": "name_differs",
        "note-application": "印のない項目の補足",
    }
    answer = await _send(staff, case, "correct", **fields)
    assert answer.status == 303
    ((type_, data),) = await _sent(house)
    assert type_ == "review.correction_requested.v1"
    assert data["items"] == [
        {"item": item, "code": "glare", "note": "住所の欄が\n光っています。", **LICENCE},
        {"item": "field:phone", "code": "call_us", "note": None},
    ]
    assert "修正を依頼しました" in (await staff.get(answer.location)).text


@pytest.mark.parametrize("days", range(7))
async def test_the_deadline_that_staff_see_is_the_one_that_applicants_get(
    staff: Browser, house: House, days: int
) -> None:
    house.clock.move(days=days)
    await staff.sign_in()
    case = await house.claimed()
    shown = (await staff.get(f"/cases/{case.id}")).text
    fields = {"item-application": "1", "reason-application": "call_us"}
    assert (await _send(staff, case, "correct", **fields)).status == 303
    ((_, data),) = await _sent(house)
    _, month, day = (int(part) for part in data["deadline"].split("-"))
    assert f"期限 {month}月{day}日（" in shown


async def test_a_rejection_carries_its_reason_and_its_note(staff: Browser, house: House) -> None:
    case = await house.claimed()
    answer = await _send(staff, case, "reject", reason="application not_eligible", note="隣の市をご利用ください。")
    assert answer.status == 303
    ((type_, data),) = await _sent(house)
    assert type_ == "review.rejected.v1"
    assert data["reasons"] == [{"item": "application", "code": "not_eligible", "note": None}]
    assert data["note"] == "隣の市をご利用ください。"


async def test_a_rejection_may_name_a_document(staff: Browser, house: House) -> None:
    document = samples.document()
    case = await house.claimed(documents=[document])
    choice = f"document:{document['id']} document_not_accepted"
    assert f'<option value="{choice}">' in (await staff.get(f"/cases/{case.id}")).html
    assert (await _send(staff, case, "reject", reason=choice)).status == 303


async def test_a_renewal_takes_the_number_as_typed(staff: Browser, house: House) -> None:
    case = await house.claimed(kind="renewal", who=samples.applicant(card_number=samples.CARD))
    assert (await _send(staff, case, "approve", card_number=f" {samples.OTHER_CARD} ")).status == 303
    assert (await _sent(house))[1][1]["card_number"] == samples.OTHER_CARD


async def test_whose_card_was_lost_is_asked_where_its_number_is_not_known(staff: Browser, house: House) -> None:
    await _send(staff, await house.claimed(), "approve")
    case = await house.claimed(kind="replacement")
    [found] = (await use_cases.get_case(house.review, case.id)).duplicates
    shown = await staff.get(f"/cases/{case.id}")
    assert "カード番号が入力されていません" in shown.text
    assert "※どちらかが必要です なくしたカードの登録を下で「同じ人」とするか、" in shown.text
    assert 'name="card_number"' not in shown.html
    answer = await _send(staff, case, "approve")
    assert (answer.status, answer.text.count("なくしたカードの登録を1つ選択して「同じ人」としてください。")) == (422, 2)
    assert (await _send(staff, case, "approve", **{f"verdict-{found.id}": "same"})).status == 303
    type_, data = (await _sent(house))[-1]
    assert (type_, data["previous_card_number"]) == ("registration.changed.v1", found.card_number)
    assert "カード番号が入力されていません" not in (await staff.get(f"/cases/{case.id}")).text


async def test_a_void_number_and_what_a_change_would_change_are_said(staff: Browser, house: House) -> None:
    await _send(staff, await house.claimed(), "approve")
    number = (await _sent(house))[-1][1]["card_number"]
    moved = samples.applicant(card_number=number, address=samples.typed("熊本市例町9"))
    change = await house.claimed(kind="change", who=moved)
    assert "住所が登録と違います。" in (await staff.get(f"/cases/{change.id}")).text
    lost = await house.claimed(kind="replacement", who=moved)
    assert (await _send(staff, lost, "approve")).status == 303
    shown = await staff.get(f"/cases/{change.id}")
    assert "再発行のため無効になったカード番号です" in shown.text
    assert (await _send(staff, change, "approve", card_number=number)).status == 422


async def test_a_wrong_check_digit_is_said_beside_the_number(staff: Browser, house: House) -> None:
    case = await house.claimed(kind="renewal", who=samples.applicant(card_number=samples.CARD))
    answer = await _send(staff, case, "approve", card_number="2900000001238")
    assert answer.status == 422
    assert answer.text.count("カード番号が正しくありません") == 2
    assert 'value="2900000001238"' in answer.html
    assert 'id="mode-approve" autocomplete="off" checked' in answer.html
    assert await _sent(house) == []


async def test_a_new_card_takes_no_typed_number_from_the_form_that_shows_none(staff: Browser, house: House) -> None:
    case = await house.claimed()
    assert 'name="card_number"' not in (await staff.get(f"/cases/{case.id}")).html


async def test_a_slip_is_mended_with_its_reason_and_kept_as_applied(staff: Browser, house: House) -> None:
    case = await house.claimed()
    fields = {"amend-field-0": "kana", "amend-value-0": "すいぜんじ はなこ", "amend-reason-0": "免許証のとおり"}
    assert (await _send(staff, case, "approve", **fields)).status == 303
    text = (await staff.get(f"/cases/{case.id}")).text
    assert "フリガナ スイゼンジ ハナ 入力：ｽｲｾﾞﾝｼﾞ ﾊﾅ 登録：スイゼンジ ハナコ（職員が修正しました）" in text
    assert "フリガナを「スイゼンジ ハナコ」に修正しました（免許証のとおり）" in text


async def test_another_category_is_chosen_from_the_policy(staff: Browser, house: House) -> None:
    case = await house.claimed()
    fields = {"amend-field-1": "category=partner", "amend-reason-1": "住所は宇土市"}
    assert (await _send(staff, case, "approve", **fields)).status == 303
    assert (await _sent(house))[1][1]["category"] == "partner"


@pytest.mark.parametrize(
    ("fields", "place", "message"),
    [
        ({"amend-field-0": "kana", "amend-value-0": "ハナ"}, "amend-reason-0", "修正する項目、正しい値、理由を入力"),
        ({"amend-value-0": "ハナ", "amend-reason-0": "誤り"}, "amend-field-0", "修正する項目、正しい値、理由を入力"),
        (
            {"amend-field-2": "phone", "amend-value-2": "千", "amend-reason-2": "誤り"},
            "amend-value-2",
            "電話番号を読み取れません。",
        ),
    ],
)
async def test_a_wrong_amendment_is_said_beside_its_field(
    staff: Browser, house: House, fields: dict[str, str], place: str, message: str
) -> None:
    answer = await _send(staff, await house.claimed(), "approve", **fields)
    assert answer.status == 422
    assert f'<a href="#{place}">{message}' in answer.html
    assert f'id="{place}-error"' in answer.html
    assert '<details class="details" open>' in answer.html
    assert await _sent(house) == []


async def test_a_verdict_on_a_candidate_is_kept_and_shown(staff: Browser, house: House) -> None:
    first = await house.case()
    case = await house.claimed()
    fields = {f"verdict-{first.case.id}": "different"}
    assert (await _send(staff, case, "approve", **fields)).status == 303
    ((verdict,),) = [each.verdicts for each in (await use_cases.get_case(house.review, case.id)).decisions]
    assert (verdict.candidate, verdict.verdict) == (first.case.id, "different")


@pytest.mark.parametrize(
    ("decision", "fields", "place", "message"),
    [
        ("correct", {}, "items", "修正を依頼する項目に、1つ以上印を付けてください。"),
        ("correct", {"item-field:address": "1"}, "reason-field:address", "住所：理由を選択してください。"),
        (
            "correct",
            {"item-field:address": "1", "reason-field:address": "blurred"},
            "reason-field:address",
            "住所：この項目では使えない理由です。",
        ),
        (
            "correct",
            {"item-application": "1", "reason-application": "already_registered"},
            "reason-application",
            "申請全体：この判定では使えない理由です。",
        ),
        (
            "correct",
            {"item-field:phone": "1", "reason-field:phone": "nonsense"},
            "reason-field:phone",
            "電話番号：この理由は使えません。",
        ),
        (
            "correct",
            {"item-field:phone": "1", "reason-field:phone": "call_us", "note-field:phone": "あ" * 201},
            "note-field:phone",
            "電話番号：補足は200文字までにしてください。",
        ),
        ("reject", {}, "reason", "登録不可の理由を選択してください。"),
        ("reject", {"reason": "application blurred"}, "reason", "この判定では使えない理由です。"),
        ("reject", {"reason": "nonsense"}, "reason", "この申請にない項目です。"),
        ("reject", {"reason": "application other", "note": "あ" * 201}, "note", "補足は200文字まで"),
        ("nonsense", {}, "decision", "判定を選択してください。"),
    ],
)
async def test_a_fault_is_said_in_the_summary_and_beside_its_field(
    staff: Browser, house: House, decision: str, fields: dict[str, str], place: str, message: str
) -> None:
    case = await house.claimed()
    answer = await _send(staff, case, decision, **fields)
    assert answer.status == 422
    assert f'<a href="#{place}">{message}' in answer.html
    assert place in ("items", "decision") or f'id="{place}-error"' in answer.html
    assert f'id="{place}"' in answer.html
    assert await _sent(house) == []
    assert (await house.of(case.application_id)).case.status == "claimed"


async def test_a_stale_version_keeps_what_was_typed_and_offers_the_new_one(staff: Browser, house: House) -> None:
    document = samples.document()
    case = await house.claimed(documents=[document])
    await staff.get(f"/cases/{case.id}")
    async with house.db.transaction() as tx:
        await tx.conn.execute("UPDATE cases SET version = version + 1 WHERE id = $1", case.id)
    fields = {
        "item-field:address": "1",
        "reason-field:address": "address_differs",
        "note-field:address": "番地が違います。",
    }
    sent = {"decision": "correct", "version": str(case.version), **fields}
    answer = await staff.post(f"/cases/{case.id}/decision", sent)
    assert answer.status == 409
    assert "申請の内容が変わったため、まだ判定していません" in answer.text
    assert 'name="item-field:address" value="1" checked' in answer.html
    assert '<option value="address_differs" selected>' in answer.html
    assert "番地が違います。</textarea>" in answer.html
    assert 'id="mode-correct" autocomplete="off" checked' in answer.html
    assert f'name="version" value="{case.version + 1}"' in answer.html
    assert await _sent(house) == []
    again = await staff.post(f"/cases/{case.id}/decision", {**sent, "version": str(case.version + 1)})
    assert again.status == 303


async def test_a_lease_that_ran_out_is_taken_again_and_nothing_typed_is_lost(staff: Browser, house: House) -> None:
    case = await house.claimed()
    await staff.get(f"/cases/{case.id}")
    house.clock.move(minutes=16)
    sent = {"decision": "reject", "version": str(case.version), "reason": "application other", "note": "電話しました。"}
    answer = await staff.post(f"/cases/{case.id}/decision", sent)
    assert answer.status == 409
    assert "もう一度担当になりました" in answer.text
    assert "電話しました。</textarea>" in answer.html
    assert await _sent(house) == []
    assert (await staff.post(f"/cases/{case.id}/decision", sent)).status == 303


async def test_a_colleagues_case_cannot_be_decided_and_keeps_what_was_typed(staff: Browser, house: House) -> None:
    case = await house.claimed(house.colleague)
    answer = await _send(staff, case, "reject", reason="application other", note="電話しました。")
    assert answer.status == 409
    assert "taroさんが担当しています（12:15まで）" in answer.text
    assert "電話しました。</textarea>" in answer.html
    assert await _sent(house) == []
    view = await house.of(case.application_id)
    assert view.case.claim is not None
    assert view.case.claim.staff_id == house.colleague.id


async def test_a_second_decision_is_refused_with_the_first_one_shown(staff: Browser, house: House) -> None:
    case = await house.claimed()
    await _send(staff, case, "approve")
    answer = await _send(staff, case, "reject", reason="application other")
    assert answer.status == 409
    assert "この申請は、もう判定できません" in answer.text
    assert "承認済み" in answer.text
    assert [type_ for type_, _ in await _sent(house)] == ["review.approved.v1", "registration.completed.v1"]


@pytest.mark.parametrize("act", ["claim", "release", "decision"])
async def test_a_form_without_our_token_changes_nothing(staff: Browser, house: House, act: str) -> None:
    case = await house.claimed()
    staff.csrf = "forged"
    fields = {"decision": "approve", "version": str(case.version)}
    answer = await staff.post(f"/cases/{case.id}/{act}", fields)
    assert answer.status == 403
    assert "この画面の有効期限が切れました" in answer.text
    assert await _sent(house) == []
    assert (await house.of(case.application_id)).case.status == "claimed"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"note=%00", 422),
        (b"note=%ff%fe", 400),
        (b"note=\xff\xfe", 400),
        (b"note=%ed%a0%80", 400),
        (b"note=" + b"a" * 5_000_000, 413),
        (b"&".join(b"a%d=1" % n for n in range(600)), 400),
    ],
    ids=["NUL", "not UTF-8", "raw bytes", "lone surrogate", "5 MB", "600 fields"],
)
async def test_unreadable_forms_are_readable_pages_and_change_nothing(
    staff: Browser, house: House, body: bytes, status: int
) -> None:
    case = await house.claimed()
    await staff.get(f"/cases/{case.id}")
    token = f"decision=approve&version={case.version}&csrf_token={quote(staff.csrf)}&".encode()
    answer = await staff.send(f"/cases/{case.id}/decision", token + body)
    assert answer.status == status
    assert "審査一覧を開く" in answer.text
    assert await _sent(house) == []


@pytest.mark.parametrize("version", ["", "x", "-1", "1.5", "9" * 400, "１", " 1"])
async def test_a_strange_version_is_a_stale_one(staff: Browser, house: House, version: str) -> None:
    case = await house.claimed()
    await staff.get(f"/cases/{case.id}")
    answer = await staff.post(f"/cases/{case.id}/decision", {"decision": "approve", "version": version})
    assert answer.status == 409
    assert await _sent(house) == []


async def test_a_field_that_came_twice_or_is_not_ours_is_passed_over(staff: Browser, house: House) -> None:
    case = await house.claimed()
    fields = {
        "item-": "1",
        "item-nonsense": "1",
        "item-field:<b>": "1",
        "verdict-nonsense": "same",
        "unknown": "1",
        "item-application": "1",
        "reason-application": "call_us",
    }
    assert (await _send(staff, case, "correct", **fields)).status == 303
    ((_, data),) = await _sent(house)
    assert [each["item"] for each in data["items"]] == ["application"]


UNMASKED = "先に番号をご確認ください"


async def with_number(house: House) -> tuple[Case, str]:
    """A claimed case of which a number is still to be covered, and the page that does it."""
    document = {**samples.document(), "type": "eligibility_certificate", "mask": "pending"}
    case = await house.claimed(documents=[document, samples.document()])
    return case, f"/cases/{case.id}/documents/{document['id']}/mask"


async def test_an_approval_while_a_number_is_not_covered_is_refused_whatever_the_page_says(
    staff: Browser, house: House
) -> None:
    case, _ = await with_number(house)
    answer = await _send(staff, case, "approve")
    assert (answer.status, await _sent(house)) == (409, [])


async def test_before_the_approval_is_sent_it_says_which_number_is_to_be_covered_and_leads_there(
    staff: Browser, house: House
) -> None:
    case, mask = await with_number(house)
    html = (await staff.get(f"/cases/{case.id}")).html
    form = html.partition('aria-label="承認"')[2].partition("</form>")[0]
    linked = re.findall(r'<a href="([^"]+)">([^<]+)</a>', form)
    assert (UNMASKED in form, linked) == (True, [(mask, "資格確認書（表面）")])


async def test_where_every_number_is_covered_or_gone_nothing_is_said_of_it(staff: Browser, house: House) -> None:
    case, _ = await with_number(house)
    document = (await use_cases.get_case(house.review, case.id)).documents[0].id
    await house.hear(samples.masked(case.application_id, document))
    assert UNMASKED not in (await staff.get(f"/cases/{case.id}")).text


async def test_a_case_is_no_lost_card_so_its_number_is_asked_for_before_the_button_is_pressed(
    staff: Browser, house: House
) -> None:
    await house.case()
    case = await house.claimed(kind="replacement")
    shown = await staff.get(f"/cases/{case.id}")
    said = "※番号が必要です 下の人には、なくしたカードの登録がありません。図書館システムで番号を検索し、"
    fold = re.search(r"<details[^>]*>(?=\s*<summary>軽微な)", shown.html)
    assert (said in shown.text, bool(fold and " open" in fold[0])) == (True, True)


async def test_where_nobody_is_known_the_number_of_the_lost_card_is_asked_for(staff: Browser, house: House) -> None:
    case = await house.claimed(kind="replacement")
    said = "※番号が必要です 図書館システムで番号を検索し、「軽微な誤りを修正して登録する」の「カード番号」に入れてください。"
    assert said in (await staff.get(f"/cases/{case.id}")).text


async def test_the_registration_that_may_be_the_lost_cards_is_not_called_optional(staff: Browser, house: House) -> None:
    await _send(staff, await house.claimed(), "approve")
    case = await house.claimed(kind="replacement")
    [found] = (await use_cases.get_case(house.review, case.id)).duplicates
    html = (await staff.get(f"/cases/{case.id}")).html
    marks = {
        form: "※任意" in html.partition(f'for="verdict-{found.id}-{form}"')[2].partition("</label>")[0]
        for form in ("approve", "reject")
    }
    assert marks == {"approve": False, "reject": True}


async def test_the_reasons_for_another_photograph_begin_with_what_it_was_warned_of_and_none_is_chosen(
    staff: Browser, house: House
) -> None:
    document = samples.document(warnings=["dark", "too_small"])
    case = await house.claimed(documents=[document])
    html = (await staff.get(f"/cases/{case.id}")).html
    options = html.partition(f'name="reason-document:{document["id"]}"')[2].partition("</select>")[0]
    first = re.findall(r'<option value="(\w*)"( selected)?>([^<｜]+)', options)[:3]
    assert first == [("", "", "選択してください"), ("dark", "", "暗い（写真の警告）"), ("blurred", "", "ピンぼけ")]


async def test_a_second_card_for_the_same_person_is_refused_with_what_to_do_instead(
    staff: Browser, house: House
) -> None:
    await _send(staff, await house.claimed(), "approve")
    case = await house.claimed()
    [found] = (await use_cases.get_case(house.review, case.id)).duplicates
    said = {f"verdict-{found.id}": "same"}
    answer = await _send(staff, case, "approve", **said, **{"amend-reason-0": "電話で確認"})
    assert answer.status == 422  # of a mended slip all three are asked for, before anything else is looked at
    answer = await _send(staff, case, "approve", **said)
    assert (answer.status, "同じ人の登録か申請があるため、まだ承認していません" in answer.text) == (409, True)
    assert '<option value="same" selected>' in answer.html
    choice = f"{found.id} renewal"
    assert f'<option value="{choice}">水前寺 はな（カード {found.card_number}）を更新する</option>' in answer.html
    assert (await _send(staff, case, "approve", **said, same_as=choice)).status == 303
    assert (await _sent(house))[-1][0] == "registration.renewed.v1"
    assert "持っているカードの登録を更新すると判断" in (await staff.get(f"/cases/{case.id}")).text


async def test_a_twins_card_is_refused_until_staff_say_whose_it_is(staff: Browser, house: House) -> None:
    await _send(staff, await house.claimed(), "approve")
    [registration] = await house.rows("SELECT id, card_number FROM registrations")
    twin = {"name": samples.typed("水前寺 ゆき"), "kana": samples.typed("スイゼンジ ユキ")}
    who = samples.applicant(card_number=registration["card_number"], **twin)
    case = await house.claimed(kind="change", who=who)
    assert "要確認 カード番号" in (await staff.get(f"/cases/{case.id}")).text
    answer = await _send(staff, case, "approve", card_number=registration["card_number"])
    assert (answer.status, "ほかの人のカードかもしれないため、まだ承認していません" in answer.text) == (409, True)
    choice = f"{registration['id']} change"
    assert choice in answer.html
    assert (await _send(staff, case, "approve", same_as=choice)).status == 303
