"""What each message says, whole: the snapshots are there to be read."""

import dataclasses
import re

import pytest

from contracts import heard_by
from rules.policy import Policy
from rules.policy_choices import Kinds
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


@EACH
def test_a_letter_holds_one_link_and_html_has_the_same(policy: Policy, sample: str) -> None:
    written = letter(policy, sample)
    [link] = re.findall(r"https?://\S+", written.text)
    assert re.findall(r'href="([^"]*)"', written.html) == [link]


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
    assert "下記の電話かカウンターで更新の手続きをしてください。" in written.text


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
