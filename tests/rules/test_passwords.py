from datetime import date

import pytest

from rules.passwords import comparable, normalised, own_words, password_problems, staff_password_problems
from rules.policy import Policy


@pytest.mark.parametrize("password", ["kx83mq", "ねこがすきです", "correct horse battery staple", "P" + "a9" * 60])
def test_six_letters_and_digits_or_anything_longer_may_be_used(policy: Policy, password: str) -> None:
    assert password_problems(policy, password) == []


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("kx83m", "password_too_short"),
        ("", "password_too_short"),
        ("123456", "password_common"),
        ("PASSWORD", "password_common"),
        ("aaaaaa", "password_common"),
        ("fedcba", "password_common"),
        ("kumamoto", "password_common"),
        ("k9" * 65, "password_too_long"),
        ("x" * 1_000_000, "password_too_long"),
        ("abc\0def9", "password_ctrl"),
        ("abc\ud800def9", "password_ctrl"),
    ],
)
def test_each_problem_has_its_code(policy: Policy, password: str, problem: str) -> None:
    assert password_problems(policy, password) == [problem]


FORM = {
    "name": "水前寺　Hanako",
    "kana": "スイゼンジ ハナコ",
    "birth_date": "平成３年４月12日",
    "email": "suizenji.h@example.jp",
    "card_number": "２９0000-0012345",
    "phone": "０９０-1234-5678",
    "consent": True,
}


@pytest.mark.parametrize(
    "password",
    [
        "Suizenji.H",
        "suizenjih1",
        "hanako12",
        "12Hanako",
        "19910412",
        "1991-04-12",
        "910412",
        "04121991",
        "2900000012345",
        "09012345678",
        "スイゼンジハナコ",
        "ｽｲｾﾞﾝｼﾞ!",
    ],
)
def test_what_others_know_of_a_person_is_no_password(policy: Policy, password: str) -> None:
    assert password_problems(policy, password, own_words(FORM, date(2026, 11, 22))) == ["password_own"]


@pytest.mark.parametrize("password", ["hanako123", "kuromame42", "1991kuro", "スイゼンジの公園"])
def test_with_something_of_ones_own_beside_it_is(policy: Policy, password: str) -> None:
    assert password_problems(policy, password, own_words(FORM, date(2026, 11, 22))) == []


def test_whoever_typed_nothing_yet_may_take_any(policy: Policy) -> None:
    assert password_problems(policy, "kx83mq", own_words({}, date(2026, 11, 22))) == []


def test_the_same_password_from_two_devices_is_the_same() -> None:
    assert normalised("が") == normalised("か\u3099")


@pytest.mark.parametrize(
    ("wide", "narrow"), [("ｋｘ８３ｍｑ！", "kx83mq!"), ("ﾈｺｶﾞｽｷﾃﾞｽ", "ネコガスキデス"), ("ｋｘ　８３ｍｑ", "kx 83mq")]
)
def test_a_password_in_full_width_is_the_same_as_in_half(wide: str, narrow: str) -> None:
    assert normalised(wide) == normalised(narrow) == narrow


def test_a_hash_from_before_is_compared_with_what_was_hashed_then() -> None:
    assert comparable("ｋｘ８３ｍｑ") == ("kx83mq", "ｋｘ８３ｍｑ")


def test_a_password_of_one_width_is_hashed_once() -> None:
    assert comparable("kx83mqが") == ("kx83mqが",)


def test_a_common_password_is_common_in_full_width(policy: Policy) -> None:
    assert password_problems(policy, "ｐａｓｓｗｏｒｄ") == ["password_common"]


@pytest.mark.parametrize(
    "password", ["mihon-no-aikotoba", "kx83-mq2p-w7nz", "ねこがだいすきですよほんとう", "another-password"]
)
def test_staff_may_use_twelve_characters_that_nobody_guesses(password: str) -> None:
    assert staff_password_problems(password, ["hana"]) == []


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("12345678", "password_too_short"),
        ("", "password_too_short"),
        ("        ", "password_blank"),
        ("\u3000" * 20, "password_blank"),
        ("123456789012", "password_common"),
        ("aaaaaaaaaaaaaaaa", "password_common"),
        ("ab-ab-ab-ab-ab", "password_common"),
        ("Library-2026", "password_common"),
        ("hana.suizenji", "password_own"),
        ("Suizenji-2026", "password_own"),
        ("x9" * 100, "password_too_long"),
    ],
)
def test_what_staff_may_not_use_has_its_code(password: str, problem: str) -> None:
    assert staff_password_problems(password, ["hana.suizenji", "suizenji"]) == [problem]


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ("ｔｏｓｈｏ”２６", 'tosho"26'),
        ("ｔｏｓｈｏ’２６", "tosho'26"),
        ("tosho−26", "tosho-26"),
        ("tosho‐26", "tosho-26"),
        ("ｔｏｓｈｏ￥２６", "tosho\\26"),
        ("tosho\u00ad26", "tosho26"),
        ("tosho\u200b26\ufeff", "tosho26"),
    ],
)
def test_a_key_gives_the_same_password_whatever_the_input_method_makes_of_it(wide: str, narrow: str) -> None:
    assert normalised(wide) == normalised(narrow)


def test_a_hash_from_before_the_signs_were_made_one_is_still_compared_with() -> None:
    assert "tosho−26" in comparable("tosho−26")
