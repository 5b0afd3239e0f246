"""Headers and bytes of a mail, and addresses that must not become one."""

import dataclasses
import re
from datetime import UTC, datetime
from email import message_from_bytes
from email import policy as email_policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses
from typing import cast
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rules.emails import read_email
from rules.policy import Policy
from services.notifier.letters import Letter
from services.notifier.mail import UnusableAddress, compose, mailbox
from tests.notifier.samples import letter

DELIVERY = UUID("019a8f50-0000-7000-8000-000000000001")
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def _mail(policy: Policy, written: Letter) -> EmailMessage:
    raw = compose(policy, DELIVERY, "hana@example.jp", written, NOW)
    return message_from_bytes(raw, policy=email_policy.default)


def test_the_headers_are_these_and_no_others(policy: Policy) -> None:
    headers = dict(_mail(policy, letter(policy, "application_submitted_new")).items())
    assert headers.pop("Content-Type").startswith('multipart/alternative; boundary="')
    assert headers == {
        "From": "熊本市立図書館 <card@library.city.kumamoto.jp>",
        "To": "hana@example.jp",
        "Subject": "【熊本市立図書館】申請を受け付けました（受付番号 K7Q4-M2XH-9ABC）",
        "Date": "Sun, 22 Nov 2026 03:00:00 +0000",
        "Message-ID": f"<{DELIVERY}@library.city.kumamoto.jp>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": "ja",
        "MIME-Version": "1.0",
    }


def test_answers_go_where_the_policy_says(policy: Policy) -> None:
    with_reply = dataclasses.replace(policy, mail=dataclasses.replace(policy.mail, reply_to="desk@example.jp"))
    mail = _mail(with_reply, letter(with_reply, "application_withdrawn"))
    assert mail["Reply-To"] == "desk@example.jp"
    assert "返信いただいてもお答えできません" not in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_text_comes_first_then_html_both_utf8_in_base64(policy: Policy) -> None:
    written = letter(policy, "correction_requested")
    mail = _mail(policy, written)
    assert mail.get_content_type() == "multipart/alternative"
    parts = [cast(EmailMessage, part) for part in mail.iter_parts()]
    assert [(part.get_content_type(), part.get_content_charset()) for part in parts] == [
        ("text/plain", "utf-8"),
        ("text/html", "utf-8"),
    ]
    assert [part["Content-Transfer-Encoding"] for part in parts] == ["base64", "base64"]
    assert [part.get_content().replace("\r\n", "\n") for part in parts] == [written.text, written.html]


def test_a_mail_is_ascii_in_short_lines(policy: Policy) -> None:
    raw = compose(policy, DELIVERY, "hana@example.jp", letter(policy, "correction_requested"), NOW)
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert re.findall(rb"(?m)^Subject: (.*)\r$", raw)[0].startswith(b"=?utf-8?b?")


def test_characters_beyond_the_old_tables_survive_in_a_subject(policy: Policy) -> None:
    written = dataclasses.replace(letter(policy, "application_withdrawn"), subject="髙﨑𠮷①～ " * 12 + "終")
    assert _mail(policy, written)["Subject"] == written.subject


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("hana@example.jp", "hana@example.jp"),
        ("a..b@docomo.ne.jp", '"a..b"@docomo.ne.jp'),
        ("abc.@docomo.ne.jp", '"abc."@docomo.ne.jp'),
        (".abc@ezweb.ne.jp", '".abc"@ezweb.ne.jp'),
        ("o'brien+library@xn--eckwd4c7c.jp", "o'brien+library@xn--eckwd4c7c.jp"),
    ],
)
def test_an_address_is_quoted_where_it_must_be(policy: Policy, address: str, written: str) -> None:
    assert read_email(address)[2] is None, "the form takes this address"
    assert mailbox(address) == written
    raw = compose(policy, DELIVERY, written, letter(policy, "application_withdrawn"), NOW)
    assert re.findall(rb"(?m)^To: (.*)\r$", raw) == [written.encode()]


@pytest.mark.parametrize(
    "address",
    [
        "a@example.jp\r\nBcc: victim@example.jp",
        "a\nb@example.jp",
        "a@example.jp\n",
        "a\x00@example.jp",
        "a\x7fb@example.jp",
        "a b@example.jp",
        '"a b"@example.jp',
        "a@example.jp>",
        "<a@example.jp",
        "a,b@example.jp",
        "a@b@example.jp",
        "花@example.jp",
        "hana@例え.jp",
        "hana@localhost",
        "hana@-example.jp",
        "hana@[127.0.0.1]",
        "hana@example.jp SIZE=1",
        "=?utf-8?q?x=40evil.example=2C?=@example.jp",
        "=?UTF-8?B?eEBldmlsLmV4YW1wbGU=?=@example.jp",
        "a=?us-ascii?q?=2C?=b@example.jp",
        "=?x@example.jp",
        "everybody:a@example.jp;",
        "@relay.example.jp:a@example.jp",
        "a(comment)@example.jp",
        "a@example.jp(comment)",
        "a\\,b@example.jp",
        "a@example.jp,b@example.jp",
        "a;b@example.jp",
        "@example.jp",
        "hana@",
        "hana",
        "",
        "x" * 65 + "@example.jp",
    ],
)
def test_an_address_that_could_smuggle_anything_is_refused(address: str) -> None:
    with pytest.raises(UnusableAddress) as refused:
        mailbox(address)
    assert str(refused.value) == ""


#: Letters that mean something in an address or in a header, more often than others.
_LOCAL = st.text(st.sampled_from("ab.=?_,;:<>()\"\\@ +-%!'\r\n\tq40é図") | st.characters(), min_size=1, max_size=20)
_ENCODED = st.builds(lambda how, what: f"=?utf-8?{how}?{what}?=", st.sampled_from("qbQB"), _LOCAL)


@example("..", "docomo.ne.jp")
@example(".a", "docomo.ne.jp")
@example("a..b.", "ezweb.ne.jp")
@example("a?b/c", "docomo.ne.jp")
@given(_LOCAL | _ENCODED, st.sampled_from(["example.jp", "docomo.ne.jp", "ezweb.ne.jp"]))
def test_the_header_names_exactly_the_one_that_was_meant_to_every_reader(
    policy: Policy, local: str, domain: str
) -> None:
    try:
        written = mailbox(f"{local}@{domain}")
    except UnusableAddress:
        return
    raw = compose(policy, DELIVERY, written, Letter("ja", "x", "x", "x"), NOW)
    assert re.findall(rb"(?m)^To: (.*)\r$", raw) == [written.encode()]
    [read] = message_from_bytes(raw, policy=email_policy.default)["To"].addresses
    assert (read.username, read.domain) == (local, domain)
    assert getaddresses([message_from_bytes(raw)["To"]]) == [("", written)]
    # Whoever decodes first and parses then finds the same.
    assert str(make_header(decode_header(written))) == written


def test_the_senders_name_has_its_reading_in_brackets(policy: Policy) -> None:
    easy = dataclasses.replace(letter(policy, "application_withdrawn"), language="ja-easy")
    # The older reader: Python's newer one puts a space between two encoded words of a name.
    written = message_from_bytes(compose(policy, DELIVERY, "hana@example.jp", easy, NOW))["From"]
    assert str(make_header(decode_header(written))) == (
        "熊本市立図書館（くまもとしりつとしょかん） <card@library.city.kumamoto.jp>"
    )


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_address_brings_a_line_a_space_or_a_bracket(local: str, domain: str) -> None:
    try:
        written = mailbox(f"{local}@{domain}")
    except UnusableAddress:
        return
    assert not re.search(r"[\s<>\x00-\x20\x7f]|[^\x00-\x7f]", written)
