from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.text import HYPHENS
from rules.understanding import Understood, understand

PARTS = st.from_regex("[a-z0-9]{1,6}", fullmatch=True)
DOMAINS = st.sampled_from(("example.jp", "docomo.ne.jp", "gmail.com", "gmail.con", "yahoo.co", "gnail.com", "gmail"))


def read(raw: str) -> Understood:
    return understand("email", raw, today=date(2026, 12, 1))


@settings(max_examples=200, deadline=None)
@given(
    before=PARTS, behind=PARTS, hyphen=st.sampled_from(HYPHENS + "\u02d7\u2796\u2e3a\u4e00"), in_domain=st.booleans()
)
def test_whatever_looks_like_a_hyphen_between_letters_is_one(
    before: str, behind: str, hyphen: str, in_domain: bool
) -> None:
    shape = "taro@{}.example.jp" if in_domain else "{}@example.jp"
    understood = read(shape.format(before + hyphen + behind))
    assert (understood.error, understood.display) == (None, shape.format(f"{before}-{behind}"))


@pytest.mark.parametrize("invisible", ["\u00ad", "\u200b", "\u200d", "\u2060", "\ufeff", "\u200e", "\u2066"])
@pytest.mark.parametrize(
    "place", ["{}taro@example.jp{}", "ta{}ro@example.jp", "taro{}@{}example.jp", "taro@exam{}ple.jp"]
)
def test_what_cannot_be_seen_is_no_part_of_an_address(invisible: str, place: str) -> None:
    understood = read(place.replace("{}", invisible))
    assert (understood.error, understood.display) == (None, "taro@example.jp")


@pytest.mark.parametrize("space", [" ", "\u3000", "\t", "\u00a0", "\u2003", "  ", "\u202f"])
@pytest.mark.parametrize("place", ["taro{}yamada@example.jp", "taro@{}example.jp", "taro{}@example.jp"])
def test_a_space_inside_is_asked_about_and_never_joined(space: str, place: str) -> None:
    understood = read(place.format(space))
    assert (understood.error, understood.suggest) == ("email_space", place.format(""))


@settings(max_examples=300, deadline=None)
@given(
    local=PARTS,
    more=PARTS,
    mark=st.sampled_from(" ,.、\u3000@") | st.just(""),
    domain=DOMAINS,
    slip=st.sampled_from(("", ",", " ")),
)
def test_a_suggestion_is_itself_taken_as_it_stands(local: str, more: str, mark: str, domain: str, slip: str) -> None:
    suggested = read(f"{local}{mark}{more}@{domain.replace('.', slip or '.', 1)}").suggest
    if suggested is not None:
        understood = read(suggested)
        assert (understood.error, understood.display, understood.suggest) == (None, suggested, None)


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        ("taro @gmail.con", "taro@gmail.com"),
        ("taro@gmail,com", "taro@gmail.com"),
        ("taro@@gmail.com", "taro@gmail.com"),
    ],
)
def test_several_slips_are_mended_in_one_suggestion(raw: str, meant: str) -> None:
    assert read(raw).suggest == meant


@pytest.mark.parametrize(
    "raw",
    [
        "Taro <taro@example.jp>",
        '"Yamada, Taro" <taro@example.jp>, ',
        "山田　太郎＜ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ＞",
        "=?utf-8?B?5bGx55Sw?= <taro@example.jp>",
        "<taro@example.jp>",
        "(taro@example.jp)",
        "「taro@example.jp」",
        "“taro@example.jp”",
        "mailto:taro@example.jp?subject=x",
        "taro@example.jp (Taro)",
        "メールアドレス：taro@example.jp",
        "E-mail: taro@example.jp",
        "taro@example.jp。",
        "taro@example.jp、",
        "taro@example.jp.",
        "taro@example.jp;",
        "taro@example.jp・",
        "taro@example.jp/",
        "taro@example.jpです。",
        "メール taro@example.jp",
        "メルアド：taro@example.jp",
        "メールアドレスは　taro@example.jp です",
        "でんしメール：taro@example.jp",
        "電子信箱：taro@example.jp",
        "电子邮箱 taro@example.jp",
        "메일주소: taro@example.jp",
        "My email address is taro@example.jp",
        "✉ taro@example.jp",
        "PC：taro@example.jp",
    ],
)
def test_an_address_is_taken_out_of_what_a_mailer_puts_around_it(raw: str) -> None:
    assert (read(raw).error, read(raw).display) == (None, "taro@example.jp")


@pytest.mark.parametrize("raw", ["mail taro@example.jp", "to taro@example.jp", "pc taro@example.jp"])
def test_a_word_that_may_belong_to_the_address_is_asked_about(raw: str) -> None:
    assert read(raw).error == "email_space"


@pytest.mark.parametrize("raw", ["Taro <a@example.jp>, Jiro <b@example.jp>", "a@example.jp; b@example.jp"])
def test_two_addresses_are_not_one(raw: str) -> None:
    assert read(raw).error is not None


@pytest.mark.parametrize(
    ("quoted", "plain"),
    [
        ('"taro..x"@docomo.ne.jp', "taro..x@docomo.ne.jp"),
        ("“taro.”＠ezweb.ne.jp", "taro.@ezweb.ne.jp"),
        ('"taro"@example.jp', "taro@example.jp"),
    ],
)
def test_a_quoted_address_is_the_same_as_the_plain_one(quoted: str, plain: str) -> None:
    assert (read(quoted).error, read(quoted).match_key) == (None, read(plain).match_key)


def test_an_apostrophe_and_a_hyphen_of_ones_own_stay() -> None:
    assert read("o'brien-x@example.jp").display == "o'brien-x@example.jp"


def test_the_long_vowel_of_a_japanese_domain_stays() -> None:
    assert read("taro@コーヒー.jp").display == "taro@xn--tck2c4fb.jp"
