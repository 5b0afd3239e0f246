import subprocess
import sys
import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import dates, names
from rules.understanding import FIELDS, Understood, understand

TODAY = date(2026, 11, 22)
# Also what no keyboard types: NUL, lone surrogates, noncharacters.
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)
LIKELY = st.text(
    alphabet="山田𠮷神塚葛\U000e0100がゔｶﾞﾞ゛ー－‐―-~～〜 \u3000\t\n\u200b\u202e〒0１２９〇一十丁目番地の号"
    "年月日平令元㋿㈱①@＠。.abＡoO+()'’´é\u0301ßĐ/・,#内線"
    "<>“”携帯：_;ｘ日本昭和S字丁条ノ之イアーウヽヾゝ々＝゠ヴ张秌*?Mmay8629735xmTelAu\u00ad−",
    max_size=25,
)


def read(field: str, raw: str) -> Understood:
    return understand(field, raw, today=TODAY)


@settings(max_examples=400, deadline=None)
@given(field=st.sampled_from(FIELDS), raw=ANY_TEXT | LIKELY)
def test_any_text_at_all_is_understood_or_refused_with_a_code_and_never_raises(field: str, raw: str) -> None:
    understood = read(field, raw)
    assert bool(understood.error) != bool(understood.display)
    for kept in (understood.raw, understood.display, understood.match_key):
        kept.encode("utf-8")
        assert "\0" not in kept
    assert all(unicodedata.category(char) not in ("Cc", "Cs", "Co", "Cf") for char in understood.display)


@settings(max_examples=600, deadline=None)
@given(field=st.sampled_from(FIELDS), raw=ANY_TEXT | LIKELY)
def test_what_is_shown_back_is_understood_as_itself(field: str, raw: str) -> None:
    once = read(field, raw)
    if once.error is None:
        again = read(field, once.display)
        assert (again.error, again.display, again.match_key) == (None, once.display, once.match_key)


@pytest.mark.parametrize(
    ("shown", "unseparated"),
    [
        ("大江美咲", True),
        ("みさき", True),
        ("佐々木ヶ浜ロー", True),
        ("葛󠄀城太郎", True),
        ("大江 美咲", False),
        ("マリア・クルス", False),
        ("Maria", False),
        ("李A", False),
        ("林", False),
        ("", False),
    ],
)
def test_a_name_of_kanji_or_kana_is_unseparated_where_nothing_stands_between_its_parts(
    shown: str, unseparated: bool
) -> None:
    assert names.is_unseparated(shown) is unseparated


WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)} | {" ": "\u3000"})
HYPHEN = st.sampled_from("-\u2010\u2011\u2013\u2014\u2015\u2212\u30fc\uff0d\uff70")


def differently(typed: str, hyphen: str, wide: bool) -> str:
    """The same from another keyboard."""
    return (typed.translate(WIDE) if wide else typed).replace("-", hyphen).replace("\uff0d", hyphen)


@settings(max_examples=200, deadline=None)
@given(
    field_and_typed=st.tuples(st.just("postal_code"), st.from_regex("[0-9]{3}-[0-9]{4}", fullmatch=True))
    | st.tuples(st.just("phone"), st.from_regex("0(90-[1-9]|96-3)[0-9]{2,3}-[0-9]{4}", fullmatch=True))
    | st.tuples(
        st.just("address"), st.from_regex("大江[1-9]-[1-9]{1,2}-[1-9]{1,3} ?(コーポ[A-C][1-9]|)", fullmatch=True)
    )
    | st.tuples(st.just("name"), st.from_regex("[A-Z][a-z]{1,5} [A-Z][a-z]{1,5}-[A-Z][a-z]{2}", fullmatch=True))
    | st.tuples(st.just("birth_date"), st.dates(date(1920, 1, 1), TODAY).map(str)),
    hyphen=HYPHEN,
    wide=st.booleans(),
)
def test_width_and_hyphens_make_no_difference_to_the_key(
    field_and_typed: tuple[str, str], hyphen: str, wide: bool
) -> None:
    field, typed = field_and_typed
    plain, other = read(field, typed), read(field, differently(typed, hyphen, wide))
    assert (plain.error, plain.match_key) == (other.error, other.match_key)


@settings(max_examples=200, deadline=None)
@given(reading=st.text(alphabet="ぁあがぎぐゎんっょぽヴーァアガギパピポンッ ", min_size=1, max_size=12))
def test_kana_of_any_kind_share_one_key(reading: str) -> None:
    katakana = "".join(chr(ord(char) + 0x60) if "ぁ" <= char <= "ゖ" else char for char in reading)
    decomposed = unicodedata.normalize("NFD", katakana)
    for field in ("kana", "name"):
        keys = {(read(field, each).error, read(field, each).match_key) for each in (reading, katakana, decomposed)}
        assert len(keys) == 1


@settings(max_examples=200, deadline=None)
@given(day=st.dates(min_value=date(1907, 1, 1), max_value=TODAY))
def test_every_birth_date_is_read_back_from_its_japanese_era(day: date) -> None:
    understood = read("birth_date", dates.in_japanese_era(day))
    assert (understood.display, understood.notes) == (day.isoformat(), ())


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("broken", ["\0", "\ud800", "\x07", "\ue000", "\ufdd0", chr(0xFFFD)])
def test_what_no_database_or_page_can_hold_is_refused_in_every_field(field: str, broken: str) -> None:
    assert read(field, f"山田{broken}1").error in (
        "name_ctrl",
        "dob_format",
        "postal_not_7_digits",
        "phone_invalid",
        "email_invalid",
    )


@pytest.mark.parametrize("field", FIELDS)
def test_a_blank_is_required_and_a_megabyte_too_long(field: str) -> None:
    assert read(field, " \u3000\u200b").error == "required"
    assert read(field, "あ" * 1_000_000).error == "too_long"
    assert len(read(field, "あ" * 1_000_000).raw) == 1000


def test_a_name_with_a_line_break_cannot_carry_a_mail_header() -> None:
    assert read("name", "山田\r\nBcc: a@example.org").display == "山田 Bcc: a@example.org"


def test_an_ideograph_newer_than_this_python_is_a_name() -> None:
    assert read("name", "\U00031350田").error is None


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("佐々木", "佐佐木"),
        ("斎藤", "齋藤"),
        ("高橋", "髙橋"),
        ("Łukasz", "LUKASZ"),
        ("さとう", "サトウ"),
        ("山崎", "山﨑"),
    ],
)
def test_two_writings_of_one_name_share_a_key(a: str, b: str) -> None:
    assert read("name", a).match_key == read("name", b).match_key


def test_voiced_kana_keep_their_voice_in_the_key() -> None:
    assert read("name", "がぎ").match_key != read("name", "かき").match_key


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("熊本県熊本市中央区大江六丁目1番74号", "熊本市中央区大江6-1-74"),
        ("大江6丁目1-74 201号室", "大江６－１－７４－２０１"),
        ("出水1番地の2", "出水1-2"),
    ],
)
def test_two_writings_of_one_address_share_a_key(a: str, b: str) -> None:
    assert read("address", a).match_key == read("address", b).match_key


def test_long_vowels_of_buildings_survive_in_addresses() -> None:
    assert read("address", "タワー36階").display == "タワー36階"
    assert read("address", "大江Jーズビル 2").display == "大江Jーズビル 2"
    assert read("address", "東京都千代田区一番町2").match_key == "千代田区一番町2"


def test_kanji_in_the_reading_are_named() -> None:
    assert (read("kana", "山田 タロウ").error, read("kana", "山田 タロウ").notes) == ("kana_kanji", ("山田",))
    assert read("kana", "Yamada").error == "kana_not_katakana"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("０９０ｰ１２３４ｰ５６７８", "090-1234-5678"),
        ("〇九〇-一二三四-五六七八", "090-1234-5678"),
        ("096-328-6842(自宅)", "096-328-6842"),
        ("096-328-6842 内線12", "096-328-6842 内線12"),
        ("+81 96-328-6842", "096-328-6842"),
        ("+82 10-1234-5678", "+82 10-1234-5678"),
    ],
)
def test_telephone_numbers_come_out_as_people_write_them(raw: str, shown: str) -> None:
    assert read("phone", raw).display == shown


def test_the_letter_o_for_zero_is_asked_about() -> None:
    understood = read("phone", "O9O-1234-5678")
    assert (understood.error, understood.suggest) == ("phone_letter", "090-1234-5678")


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        ("taro@gmail.con", "taro@gmail.com"),
        ("a@docomo.co.jp", "a@docomo.ne.jp"),
        ("a@gmaill.com", "a@gmail.com"),
        ("a@gnail.com", "a@gmail.com"),
        ("a@icluod.com", "a@icloud.com"),
        ("a@yaho.co.jp", "a@yahoo.co.jp"),
    ],
)
def test_a_slip_in_an_address_is_suggested_and_never_corrected(raw: str, meant: str) -> None:
    assert (read("email", raw).display, read("email", raw).suggest) == (raw, meant)


@pytest.mark.parametrize("domain", ["gmail.com", "ymail.com", "mail.com", "docomo.ne.jp", "example.jp", "outlook.jp"])
def test_an_address_that_is_right_is_left_in_peace(domain: str) -> None:
    assert read("email", f"hana@{domain}").suggest is None


def test_old_carrier_addresses_are_taken_with_a_note() -> None:
    assert read("email", "a..b@docomo.ne.jp").notes == ("email_old_style",)
    assert read("email", "ｔａｒｏ＠ＥＸＡＭＰＬＥ．ｃｏｍ").display == "taro@example.com"


def test_importing_the_rules_loads_no_telephone_metadata() -> None:
    code = (
        "import sys, rules.understanding; sys.exit(any(m in sys.modules for m in ('phonenumbers', 'email_validator')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
