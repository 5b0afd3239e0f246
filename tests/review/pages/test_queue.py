from datetime import date
from urllib.parse import urlencode

import pytest

from rules.policy import load_policy
from rules.receipt_numbers import new_receipt_number
from services.review import use_cases
from services.review.model import APPROVE, Decision
from services.review.pages.waiting import waiting
from tests.review import samples
from tests.review.conftest import LIBRARY, House
from tests.review.pages.conftest import Answer, Browser

POLICY = load_policy(LIBRARY)
NUMBER = "K8NK-RKAY-GV01"
OTHER_NUMBER = new_receipt_number(bytes(7))


async def test_an_empty_queue_says_so(staff: Browser) -> None:
    assert "未処理の申請はありません。" in (await staff.get("/queue")).text


async def test_the_queue_shows_the_case_without_a_name_or_an_address(staff: Browser, house: House) -> None:
    view = await house.case()
    answer = await staff.get("/queue")
    assert f"{view.case.receipt_number} 新規 熊本市在住 2日 担当待ち" in answer.text
    assert f'href="/cases/{view.case.id}"' in answer.html
    assert "水前寺" not in answer.text
    assert "見本町" not in answer.text


async def test_a_resubmitted_case_stands_on_top_with_its_round(staff: Browser, house: House) -> None:
    first = await house.case(submitted_at="2026-11-18T01:00:00Z")
    again = await house.case(round=2, submitted_at="2026-11-20T01:00:00Z", who=samples.somebody(1))
    text = (await staff.get("/queue")).text
    assert text.index(again.case.receipt_number) < text.index(first.case.receipt_number)
    assert "2日 1回 担当待ち" in text


async def test_a_claimed_case_names_who_has_it(staff: Browser, house: House) -> None:
    await house.claimed()
    await house.claimed(house.colleague, who=samples.somebody(1))
    text = (await staff.get("/queue")).text
    assert "hana（自分） 審査中" in text
    assert "taro 審査中" in text


async def test_each_filter_shows_its_own_cases(staff: Browser, house: House) -> None:
    waits, claimed = await house.case(), await house.claimed(who=samples.somebody(1))
    shown = {
        status: [
            number
            for number in (waits.case.receipt_number, claimed.receipt_number)
            if number in (await staff.get(f"/queue?status={status}")).text
        ]
        for status in ("open", "waiting", "claimed", "decided")
    }
    assert shown == {
        "open": [waits.case.receipt_number, claimed.receipt_number],
        "waiting": [waits.case.receipt_number],
        "claimed": [claimed.receipt_number],
        "decided": [],
    }


async def test_the_next_page_begins_where_this_one_ends(staff: Browser, house: House) -> None:
    await house.hear(
        *[samples.handed_over(who=samples.somebody(n), submitted_at=f"2026-11-20T01:00:{n:02}Z") for n in range(1, 53)]
    )
    first = await staff.get("/queue")
    assert first.html.count('scope="row"') == 50
    following = (await use_cases.list_cases(house.review, "open", "")).next
    second = await staff.get(f"/queue?status=open&after={following}")
    assert second.html.count('scope="row"') == 2
    assert "最初に戻る" in second.text


async def test_an_undelivered_mail_and_an_unknown_card_are_marked(staff: Browser, house: House) -> None:
    who = samples.applicant(card_number=samples.CARD)
    view = await house.case(kind="renewal", who=who)
    await house.hear(samples.mail(view.case.application_id, "failed"))
    assert "担当待ち カード未登録 メール不達" in (await staff.get("/queue")).text


@pytest.mark.parametrize(
    "query", ["status=nonsense", "status=%00", "after=nonsense", "after=%00", "status=%ff&after=%ff"]
)
async def test_a_strange_query_is_a_readable_page(staff: Browser, query: str) -> None:
    answer = await staff.get(f"/queue?{query}")
    assert answer.status == 422
    assert "内容をご確認ください" in answer.text


@pytest.mark.parametrize(
    ("since", "expected", "shown"),
    [
        # 22 November 2026 is a Sunday; Mondays are closed.
        (date(2026, 11, 22), date(2026, 11, 28), {"kind": "", "text": "今日から"}),
        (date(2026, 11, 20), date(2026, 11, 28), {"kind": "", "text": "2日"}),
        (date(2026, 11, 19), date(2026, 11, 28), {"kind": "warning", "text": "3日 早めに"}),
        (date(2026, 11, 15), date(2026, 11, 28), {"kind": "error", "text": "6日 至急"}),
        (date(2026, 11, 20), date(2026, 11, 21), {"kind": "error", "text": "2日 予定日超過"}),
        (date(2025, 1, 1), date(2026, 11, 28), {"kind": "error", "text": "60日以上 至急"}),
    ],
)
def test_the_wait_is_counted_in_opening_days_and_said_in_words(
    since: date, expected: date, shown: dict[str, str]
) -> None:
    assert waiting(POLICY, since, expected, date(2026, 11, 22)) == shown


async def search(staff: Browser, typed: str) -> Answer:
    return await staff.get("/queue?" + urlencode({"q": typed}))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "受付番号を入力してください。"),
        ("水前寺", "この受付番号は正しくありません。"),
        ("K8NK-RKAY-GV02", "この受付番号は正しくありません。"),
        ("\0", "この受付番号は正しくありません。"),
        ("x" * 5000, "この受付番号は正しくありません。"),
        (OTHER_NUMBER, "見つかりません。番号をご確認ください。"),
    ],
)
async def test_a_number_that_no_case_has_is_said_with_what_to_check(
    staff: Browser, house: House, typed: str, said: str
) -> None:
    await house.case(receipt_number=NUMBER)
    answer = await search(staff, typed)
    assert (answer.status, answer.text.count(said), NUMBER in answer.text) == (422, 2, True)


async def test_what_was_typed_in_vain_stays_in_the_field(staff: Browser) -> None:
    assert f'value="{OTHER_NUMBER}"' in (await search(staff, OTHER_NUMBER)).html


async def test_who_is_not_signed_in_learns_of_no_number(browser: Browser, house: House) -> None:
    await house.case(receipt_number=NUMBER)
    answer = await search(browser, NUMBER)
    assert (answer.status, answer.location) == (303, f"/sign-in?next=%2Fqueue%3Fq%3D{NUMBER}")


@pytest.mark.parametrize("typed", [NUMBER, "k8nkrkaygvoi", "Ｋ８ＮＫ　ＲＫＡＹ　ＧＵ０ｌ", " K8NK－RKAYーGV01 "])
async def test_a_receipt_number_leads_to_its_case_however_it_is_typed(staff: Browser, house: House, typed: str) -> None:
    case = (await house.case(receipt_number=NUMBER)).case
    await house.case(receipt_number=OTHER_NUMBER, who=samples.somebody(1))
    answer = await search(staff, typed)
    assert (answer.status, answer.location) == (303, f"/cases/{case.id}")


async def test_a_case_that_has_ended_is_found_too(staff: Browser, house: House) -> None:
    case = (await house.case(receipt_number=NUMBER)).case
    await house.hear(samples.withdrawn(case.application_id))
    assert (await search(staff, NUMBER)).location == f"/cases/{case.id}"


async def test_mails_that_came_back_have_a_list_also_of_decided_cases(staff: Browser, house: House) -> None:
    case = await house.claimed()
    await use_cases.decide(house.review, case.id, house.reviewer, Decision(1, APPROVE))
    await house.hear(samples.mail(case.application_id, "failed", sequence=2))
    shown = await staff.get("/queue?status=undelivered")
    assert (f'href="/cases/{case.id}"' in shown.html, shown.text.count("メール不達")) == (True, 4)
    assert f'action="/cases/{case.id}/undelivered"' in (await staff.get(f"/cases/{case.id}")).html
    assert (await staff.post(f"/cases/{case.id}/undelivered", {"until": "2"})).status == 303
    assert "メール不達の申請はありません。" in (await staff.get("/queue?status=undelivered")).text


@pytest.mark.parametrize(
    ("language", "said"), [("en", "英語（English）"), ("zh", "中国語（中文）"), ("ja-easy", "やさしい日本語")]
)
async def test_the_applicants_language_is_said_in_the_list_and_on_the_case(
    staff: Browser, house: House, language: str, said: str
) -> None:
    case = await house.claimed()
    await house.hear(samples.contact_changed(case.application_id, 9, "hana@example.jp", language=language))
    assert said in (await staff.get("/queue")).text
    shown = await staff.get(f"/cases/{case.id}")
    # In the head, among the data, and where notes are typed.
    assert shown.text.count(said) == 4


async def test_japanese_is_said_among_the_data_alone(staff: Browser, house: House) -> None:
    case = await house.claimed()
    assert "日本語" not in (await staff.get("/queue")).text
    assert (await staff.get(f"/cases/{case.id}")).text.count("日本語") == 1
