"""What each message says, whole: the snapshots are there to be read."""

import dataclasses
import re
from datetime import UTC, date, datetime

import pytest

from contracts import heard_by
from rules.policy import Policy
from rules.policy_choices import Kinds
from rules.policy_days import Pause
from services.notifier.app import HANDLERS
from services.notifier.letters import TEMPLATES, write_letter
from tests.notifier.samples import (
    ADDRESSES,
    APPLICATION,
    CONTENTS,
    LINK,
    RECEIPT_NUMBER,
    SNAPSHOTS,
    as_snapshot,
    delivery,
    letter,
)

EACH = pytest.mark.parametrize("sample", CONTENTS)
EACH_TO_APPLICANTS = pytest.mark.parametrize("sample", [name for name in CONTENTS if not name.startswith("staff_")])


@EACH
def test_a_letter_reads_as_its_snapshot(policy: Policy, sample: str) -> None:
    assert as_snapshot(letter(policy, sample)) == (SNAPSHOTS / f"{sample}.txt").read_text(encoding="utf-8")


def test_every_snapshot_belongs_to_a_sample_and_every_template_has_one() -> None:
    assert {path.stem for path in SNAPSHOTS.iterdir()} == set(CONTENTS)
    written = {template for template, _ in CONTENTS.values()}
    parts = {"layout", "parts", "staff_layout"}
    assert {path.stem for path in TEMPLATES.glob("*.txt")} - parts == written
    assert {path.stem for path in TEMPLATES.glob("*.html")} - parts == written


PAGE, START, HOME = (
    f"{ADDRESSES[0]}/continue/{APPLICATION}",
    f"{ADDRESSES[0]}/",
    "https://www.library.city.kumamoto.jp/",
)
#: All others have one.
LINKS = {
    # The link that goes on, and proves the address, comes by another mail: one of this mail would lead past it.
    "contact_changed": [],
    "application_rejected": [PAGE, START],
    "registration_completed": [PAGE, HOME],
    "registration_renewed": [PAGE, HOME],
    "registration_changed": [PAGE, HOME],
}


@EACH
def test_a_letter_holds_one_link_or_those_that_are_named_here_and_html_has_the_same(
    policy: Policy, sample: str
) -> None:
    written = letter(policy, sample)
    links = re.findall(r"https?://\S+", written.text)
    assert links == LINKS.get(CONTENTS[sample][0], links[:1] or ["a link"])
    assert re.findall(r'href="([^"]*)"', written.html) == links


@EACH_TO_APPLICANTS
def test_every_subject_about_an_application_holds_its_receipt_number(policy: Policy, sample: str) -> None:
    about_an_application = sample != "registration_expiring"
    assert (f"受付番号 {RECEIPT_NUMBER}" in letter(policy, sample).subject) == about_an_application


@EACH
def test_nothing_but_an_address_may_be_broken_inside_of_a_word(policy: Policy, sample: str) -> None:
    html = letter(policy, sample).html
    broken = re.findall(r"<(\w+)[^>]*overflow-wrap: anywhere[^>]*>([^<]*)<", html)
    assert [text for _, text in broken if not text.startswith("https://")] == []
    assert ("word-break" in html, bool(broken)) == (False, 'href="' in html)


@pytest.mark.parametrize(
    ("received_at", "deadline"),
    [
        # The day is the library's: at 15:00 UTC it is the next one in Japan.
        (datetime(2026, 11, 27, 14, 59, tzinfo=UTC), "2026年12月4日（金）"),
        (datetime(2026, 11, 27, 15, 0, tzinfo=UTC), "2026年12月5日（土）"),
        # Three days of the pause below lie in these seven.
        (datetime(2026, 12, 6, 3, 0, tzinfo=UTC), "2026年12月16日（水）"),
    ],
)
def test_the_first_letter_names_the_last_day_pauses_counted_in(
    policy: Policy, received_at: datetime, deadline: str
) -> None:
    pause = Pause(date(2026, 12, 10), date(2026, 12, 12), {"ja": "お休みです。"})
    received = dataclasses.replace(delivery("application_received", {"link": LINK}), occurred_at=received_at)
    written = write_letter(dataclasses.replace(policy, pauses=(pause,)), *ADDRESSES, received)
    assert re.findall("期限：(.*)まで", written.text) == [deadline]


@pytest.mark.parametrize("branch", ["plaza", "oe"])
def test_where_reserved_books_are_collected_is_said_without_denying_that_cards_are_handed_out_there(
    policy: Policy, branch: str
) -> None:
    content = {**CONTENTS["registration_completed"][1], "pickup_branch": branch}
    written = write_letter(policy, *ADDRESSES, delivery("registration_completed", content))
    books = written.text.partition("■ 予約した本の受け取り\n")[2].partition("\n\n")[0]
    named = policy.branch(branch)
    assert named is not None
    assert books == (
        f"予約受取館：{named.name['ja']}\n"
        "予約した本は、この館で受け取ります。図書館カードは、上の「受け取れる場所」でお渡しします。"
    )


def test_where_there_are_no_barcodes_none_is_promised(policy: Policy) -> None:
    numbers = dataclasses.replace(policy.card_numbers, symbology="none")
    samples = ["registration_completed", "registration_renewed", "registration_changed_with_a_new_number"]
    for sample in samples:
        with_barcode = letter(policy, sample).text
        without = letter(dataclasses.replace(policy, card_numbers=numbers), sample).text
        assert without == with_barcode.replace("貸出カード番号とバーコードを画面で見る", "貸出カード番号を画面で見る")
        assert "バーコード" in with_barcode


def test_a_refusal_asks_for_nothing_that_cannot_be_sent_any_more(policy: Policy) -> None:
    refusable = [reason for reason in policy.reasons if "reject" in reason.decisions]
    reasons = [{"item": "application", "code": reason.code, "note": None} for reason in refusable]
    refused = write_letter(policy, *ADDRESSES, delivery("application_rejected", {"reasons": reasons, "note": None}))
    asked = write_letter(
        policy, *ADDRESSES, delivery("correction_requested", {"items": reasons, "deadline": "2026-12-06"})
    )
    for_corrections = [
        word for word in ("お送りください", "修正してください", "追加してください") if word in asked.text
    ]
    assert for_corrections == ["お送りください", "修正してください", "追加してください"]
    assert [word for word in for_corrections if word in refused.text] == []


def test_a_reason_without_a_text_for_refusals_says_its_only_one(policy: Policy) -> None:
    reasons = tuple(dataclasses.replace(reason, rejected_text=None) for reason in policy.reasons)
    content = CONTENTS["application_rejected"][1]
    written = write_letter(
        dataclasses.replace(policy, reasons=reasons), *ADDRESSES, delivery("application_rejected", content)
    )
    reason = policy.reason("not_eligible")
    assert reason is not None
    assert written.text.count(reason.text["ja"]) == 1


@EACH
def test_text_and_html_say_the_same(policy: Policy, sample: str) -> None:
    written = letter(policy, sample)
    body = written.html.partition("<body")[2].partition(">")[2]
    html = re.sub(r"<[^>]*>", "", body).replace("ボタンが使えないときは、次のアドレスを開いてください。", "")
    text = re.sub(r"(?m)^(■|・|\d\.) ?|-{5,}", "", written.text)
    assert re.sub(r"\s", "", text) == re.sub(r"\s", "", html)


@EACH_TO_APPLICANTS
def test_every_letter_to_an_applicant_tells_the_number_to_quote_the_sender_and_the_other_ways(
    policy: Policy, sample: str
) -> None:
    written = letter(policy, sample)
    # Years later there is no application: the card is named by the end of its number.
    number = "5676" if sample == "registration_expiring" else "K7Q4-M2XH-9ABC"
    told = [number, "card@library.city.kumamoto.jp", "心当たりがない場合", "096-363-4522", "カウンター"]
    assert [word for word in told if word not in written.text] == []
    assert [word for word in told if word not in written.html] == []


def test_a_notice_years_later_names_no_application(policy: Policy) -> None:
    written = letter(policy, "registration_expiring")
    traces = ["受付番号", RECEIPT_NUMBER, str(APPLICATION)]
    assert [trace for trace in traces if trace in written.subject + written.text + written.html] == []


def test_where_cards_are_not_renewed_here_the_notice_sends_nobody_to_the_form(policy: Policy) -> None:
    elsewhere = dataclasses.replace(policy, kinds=Kinds(("new",)))
    written = letter(elsewhere, "registration_expiring")
    assert re.findall(r"https?://\S+", written.text) == ["https://www.library.city.kumamoto.jp/"]
    assert re.findall(r'href="([^"]*)"', written.html) == ["https://www.library.city.kumamoto.jp/"]
    assert "下記のカウンターで更新の手続きをしてください。ご不明な点は、お電話でもご案内します。" in written.text


def test_a_language_without_a_catalogue_gets_japanese_throughout(policy: Policy) -> None:
    template, content = CONTENTS["correction_requested"]
    japanese = write_letter(policy, *ADDRESSES, delivery(template, content))
    assert write_letter(policy, *ADDRESSES, delivery(template, content, language="xx")) == japanese


def test_what_staff_type_cannot_become_html(policy: Policy) -> None:
    reasons = [{"item": "application", "code": "other", "note": '<a href="https://evil.example">'}]
    written = write_letter(
        policy, *ADDRESSES, delivery("application_rejected", {"reasons": reasons, "note": "<script>&"})
    )
    assert "&lt;a href=&#34;https://evil.example&#34;&gt;" in written.html
    assert "&lt;script&gt;&amp;" in written.html
    assert "<script" not in written.html


def test_a_link_cannot_leave_its_attribute(policy: Policy) -> None:
    content = {"link": LINK + '"><img/src=x>'}
    written = write_letter(policy, *ADDRESSES, delivery("application_received", content))
    assert "<img" not in written.html


def test_a_subject_is_one_line_whatever_the_policy_says(policy: Policy) -> None:
    library = dataclasses.replace(policy.library, name={"ja": "一\r\nBcc: x@example.jp\n二"})
    written = write_letter(
        dataclasses.replace(policy, library=library), *ADDRESSES, delivery("application_withdrawn", {})
    )
    assert written.subject == "【一 Bcc: x@example.jp 二】申請を取り下げました（受付番号 K7Q4-M2XH-9ABC）"


def test_an_unknown_purpose_gets_the_plain_link(policy: Policy) -> None:
    known, unknown = (
        write_letter(policy, *ADDRESSES, delivery("link_requested", {"purpose": purpose, "link": LINK}))
        for purpose in ("continue", "something_new")
    )
    assert known == unknown


def test_every_event_that_notifier_hears_has_a_handler() -> None:
    assert set(HANDLERS) == {contract.type for contract in heard_by("notifier")}
