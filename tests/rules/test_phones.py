from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.understanding import Understood, understand

MOBILE = st.from_regex("0[789]0[1-9][0-9]{7}", fullmatch=True)


def read(raw: str) -> Understood:
    return understand("phone", raw, today=date(2026, 12, 1))


@pytest.mark.parametrize(
    "raw",
    [
        "096-328-6842（内線12）",
        "096-328-6842(内12)",
        "096-328-6842,12",
        "096-328-6842（12）",
        "096-328-6842、内線：12",
        "096-328-6842 内線番号12番",
        "TEL. 096-328-6842 ext. 12",
        "096-328-6842 x12",
        "096-328-6842#12",
        "电话：096-328-6842 分机12",
        "전화 096-328-6842 내선 12",
        "096-328-6842；12",
        "096-328-6842/12",
        "096-328-6842;ext=12",
        "096-328-6842【内線】12",
        "096-328-6842 内線は12です",
        "096-328-6842(内線)12",
        "096-328-6842内線(12)",
        "096-328-6842（内線12番）",
        "096-328-6842 内線No.12",
        "096-328-6842 分機號12",
        "096-328-6842〈内線12〉",
    ],
)
def test_an_extension_is_understood_wherever_it_stands(raw: str) -> None:
    assert (read(raw).display, read(raw).match_key) == ("096-328-6842 内線12", "+81963286842")


@pytest.mark.parametrize(
    "around",
    [
        "携帯：{}",
        "携帯電話番号 {}",
        "（携帯）{}",
        "【自宅】{}",
        "☎{}（代表）",
        "℡{}",
        "{} 自宅",
        "{}（母）",
        "Mobile No. {}",
        "Phone: {}",
        "M: {}",
        "手机：{}",
        "휴대폰: {}",
        "携帯電話番号は{}です",
        "けいたい {}",
        "ケイタイ{}",
        "お電話番号：{}",
        "自宅の電話 {}",
        "お母さんの携帯：{}",
        "祖母 {}",
        "〈携帯〉{}",
        "{}《本人》",
        "{}です。",
        "{}（18時以降）",
        "My number is {}",
        "Contact: {}",
        "手機號碼：{}",
        "联系方式：{}",
        "聯絡電話：{}",
        "JP {}",
    ],
)
def test_a_label_is_no_part_of_the_number(around: str) -> None:
    assert read(around.format("090-1234-5678")).display == "090-1234-5678"


@settings(max_examples=100, deadline=None)
@given(number=MOBILE, mark=st.sampled_from("_/.-_ 　ー−・／＿．*’'、"))
def test_any_mark_may_part_the_groups(number: str, mark: str) -> None:
    plain = read(number)
    parted = read(f"{number[:3]}{mark}{number[3:7]}{mark}{number[7:]}")
    assert (parted.error, parted.match_key) == (plain.error, plain.match_key)


@pytest.mark.parametrize(
    "raw",
    [
        "0081 90 1234 5678",
        "+81 (0)90-1234-5678",
        "+81 90 1234 5678",
        "81 90 1234 5678",
        "010-81-90-1234-5678",
        "＋８１９０１２３４５６７８",
    ],
)
def test_the_code_of_japan_may_be_dialled_in_every_way(raw: str) -> None:
    assert read(raw).display == "090-1234-5678"


@pytest.mark.parametrize("invisible", ["\u00ad", "\u200b", "\u2060", "\ufeff", "\u202d"])
def test_what_cannot_be_seen_is_no_part_of_a_number(invisible: str) -> None:
    assert read(f"{invisible}090-12{invisible}34-5678{invisible}").display == "090-1234-5678"


def test_a_letter_is_no_number() -> None:
    assert (read("電話 " * 99 + "090-1234-5678").error, read("ﷺ" * 999).error) == ("phone_invalid", "phone_invalid")


def test_a_number_abroad_may_be_dialled_with_two_zeros() -> None:
    assert read("0082 10 1234 5678").display == "+82 10-1234-5678"


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("090-1234-567", ("phone_too_few", "10")),
        ("096-328-684", ("phone_too_few", "9")),
        ("090-1234-56789", ("phone_too_many", "12")),
        ("096-328-68423", ("phone_too_many", "11")),
        ("196-328-6842", ("phone_no_zero",)),
        ("000-328-6842", ("phone_no_such_area",)),
        ("090-abcd-5678", ("phone_letters", "abcd")),
        ("ファックス 096-328-6842", ("phone_letters", "ファックス")),
        ("090-1234-5678 / 096-328-6842", ("phone_two",)),
        ("096-328-6842または090-1234-5678", ("phone_two",)),
        ("+82 10", ("phone_abroad",)),
    ],
)
def test_what_is_wrong_with_a_number_is_named(raw: str, why: tuple[str, ...]) -> None:
    assert (read(raw).error, read(raw).notes) == ("phone_invalid", why)
