"""Header lines: what is read is what was written, whoever reads it, in lines and words of the allowed length."""

import re
from base64 import b64decode
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.notifier.headers import mailbox_line, text_line, token_line

#: Any language, any plane; a subject has no line breaks and no halves of characters.
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200)
#: What people write: words of the languages that we speak, with spaces between them, two of them at times.
WORDS = st.lists(
    st.sampled_from(
        ["図書館", "髙﨑𠮷①～", "Library", "card", "도서관", "图书馆", "é", "👩‍👩‍👧‍👧", "K7Q4-M2XH", "=?x?=", ""]
    ),
    min_size=1,
    max_size=40,
).map(lambda words: " ".join(words) or "図")


def _read_by_hand(line: str) -> str:
    """RFC 2047, 6.2: unfold, leave out the white space between encoded words, decode each."""
    _name, _, value = line.removesuffix("\r\n").partition(": ")
    value = value.replace("\r\n", "")
    value = re.sub(r"(\?=)\s+(?==\?)", r"\1", value)
    return re.sub(r"=\?utf-8\?b\?([A-Za-z0-9+/=]*)\?=", lambda word: b64decode(word[1]).decode(), value)


def _read(line: str) -> EmailMessage:
    return message_from_bytes(line.encode("ascii") + b"\r\n", policy=policy.default)


@example("申請を受け付けました " * 9)
@example("a" * 69)
@example("a" * 70)
@example("word " * 30 + "end")
@example("=?utf-8?b?QQ==?=")
@example(" two  spaces ")
@given(TEXT | WORDS)
def test_a_subject_reads_as_it_was_written(text: str) -> None:
    line = text_line("Subject", text)
    assert _read_by_hand(line) == text
    assert str(_read(line)["Subject"]) == text
    value = line.removeprefix("Subject: ").removesuffix("\r\n").replace("\r\n", "")
    assert str(make_header(decode_header(value))) == text


@given(TEXT | WORDS)
def test_lines_and_encoded_words_are_short_and_the_first_line_is_not_empty(text: str) -> None:
    lines = text_line("Subject", text).removesuffix("\r\n").split("\r\n")
    assert all(len(line) <= (76 if "=?utf-8?b?" in line else 78) for line in lines)
    assert all(len(word) <= 75 for word in re.findall(r"=\?\S+\?=", " ".join(lines)))
    assert lines[0].removeprefix("Subject:").strip() or not text.strip()
    assert all(re.fullmatch(r" \S.*", line) for line in lines[1:])


@given(TEXT | WORDS)
def test_every_encoded_word_is_whole_characters(text: str) -> None:
    for word in re.findall(r"=\?utf-8\?b\?(\S*)\?=", text_line("Subject", text + "é")):
        b64decode(word).decode()


@example('O"Brien\\')
@example("\\ ")
@example(' "')
@example("a, b <c@example.jp>")
@example("図" * 12)
@given(TEXT | WORDS)
def test_a_name_before_an_address_reads_as_it_was_written(text: str) -> None:
    line = mailbox_line("From", "card@library.example.jp", text)
    read = _read(line)["From"]
    assert [address.addr_spec for address in read.addresses] == ["card@library.example.jp"]
    name = _read_by_hand(line).removesuffix(" <card@library.example.jp>")
    quoted = line.startswith('From: "')
    assert (re.sub(r"\\(.)", r"\1", name[1:-1]) if quoted else name) == text
    assert all(len(each) <= 78 for each in line.split("\r\n"))


def test_a_text_that_needs_no_encoding_is_left_readable() -> None:
    assert text_line("Subject", "[Library] Your card") == "Subject: [Library] Your card\r\n"
    assert mailbox_line("From", "a@example.jp", "City Library") == 'From: "City Library" <a@example.jp>\r\n'
    assert mailbox_line("To", "a@example.jp") == "To: a@example.jp\r\n"


def test_a_long_text_breaks_at_its_spaces() -> None:
    assert text_line("Subject", "a" * 60 + " " + "b" * 60) == f"Subject: {'a' * 60}\r\n {'b' * 60}\r\n"


@pytest.mark.parametrize("text", ["\ud842", "a\udfb7"])
def test_half_a_character_cannot_be_written(text: str) -> None:
    with pytest.raises(ValueError, match="surrogates"):
        text_line("Subject", text)


@pytest.mark.parametrize("token", ["a\r\nBcc: b@example.jp", "a\nb", "a\x00", "日本"])
def test_a_token_is_one_line_of_ascii(token: str) -> None:
    with pytest.raises(ValueError, match="Message-ID: not a token"):
        token_line("Message-ID", token)
