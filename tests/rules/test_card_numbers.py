from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.card_numbers import METHODS, check_digit, clean, compose, problem, serial, understood
from rules.policy import Policy

BODIES = st.text(alphabet="0123456789", min_size=2, max_size=14)
CATCH_EVERY_SLIP = ("m10w21_split", "m10w31", "mod16")


@given(method=st.sampled_from(CATCH_EVERY_SLIP), body=BODIES, data=st.data())
def test_these_methods_find_every_single_wrong_digit(method: str, body: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(body) - 1))
    other = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != body[place]))
    assert check_digit(method, body[:place] + other + body[place + 1 :]) != check_digit(method, body)


@pytest.mark.parametrize("method", METHODS)
def test_a_composed_number_has_no_problem_and_the_right_length(method: str, policy: Policy) -> None:
    numbers = replace(policy.card_numbers, check_digit=method, older_numbers=False, last=99999)
    for number_of_card in (1, 7, 99999):
        number = compose(numbers, number_of_card)
        assert len(number) == 13
        assert number.startswith("29")
        assert problem(numbers, number) is None


def test_a_number_is_taken_in_any_width_with_spaces_and_hyphens(policy: Policy) -> None:
    number = compose(policy.card_numbers, 42)
    wide = "　".join(chr(ord(digit) + 0xFEE0) for digit in number)
    assert clean(wide) == clean(f"{number[:4]}-{number[4:8]} ー{number[8:]}") == number
    assert problem(policy.card_numbers, wide) is None


@pytest.mark.parametrize(
    "around",
    [
        "カード番号：{}",
        "図書館カード {}",
        "利用者番号　{}",
        "No.{}",
        "№{}",
        "Card number: {}",
        "卡号：{}",
        "카드번호: {}",
        "{}です",
        "{}（本人）",
        "（{}）",
        "「{}」",
        "*{}*",
        "#{}",
        "A{}",
        "{}A",
        "ａ{}ａ",
        "\ufeff{}\u00ad",
    ],
)
def test_what_stands_around_a_number_is_no_part_of_it(around: str, policy: Policy) -> None:
    number = compose(policy.card_numbers, 42)
    parted = around.format(f"{number[:4]}・{number[4:8]}/{number[8:10]}\u200b{number[10:]}")
    assert (understood(policy.card_numbers, parted), problem(policy.card_numbers, parted)) == (number, None)


def test_each_mistake_has_its_code(policy: Policy) -> None:
    strict = replace(policy.card_numbers, older_numbers=False)
    number = compose(strict, 42)
    assert problem(strict, number[:-1]) == "card_number_length"
    assert problem(strict, "図書館") == "card_number_not_digits"
    assert problem(strict, "1" + number[1:]) == "card_number_prefix"
    assert problem(strict, number[:-1] + str((int(number[-1]) + 1) % 10)) == "card_number_check_digit"


def test_cards_from_before_are_known_by_their_length_alone(policy: Policy) -> None:
    assert problem(policy.card_numbers, "1234567890123") is None


def test_a_range_that_is_used_up_says_so(policy: Policy) -> None:
    with pytest.raises(ValueError, match="outside"):
        compose(policy.card_numbers, policy.card_numbers.last + 1)


@pytest.mark.parametrize("method", METHODS)
def test_the_serial_number_is_read_back_from_a_composed_number_and_from_no_other(method: str, policy: Policy) -> None:
    numbers = replace(policy.card_numbers, check_digit=method, last=99999)
    composed = compose(numbers, 4242)
    others = [
        composed[:-1],
        "1" + composed[1:],
        composed[:-1] + "x",
        "",
        "図書館",
        compose(replace(numbers, last=10**6), 10**6),
    ]
    assert [serial(numbers, each) for each in (composed, *others)] == [4242, *[None] * len(others)]


@given(typed=st.text(alphabet=st.characters(exclude_categories=()), max_size=40))
def test_any_typed_number_is_judged_without_raising(typed: str, policy: Policy) -> None:
    assert problem(policy.card_numbers, typed) is not None or len(understood(policy.card_numbers, typed)) == 13


@pytest.mark.parametrize("written", ["A{}A", "a{}a", "Ａ{}Ａ", "A {} A"])
@pytest.mark.parametrize("method", METHODS)
def test_the_letters_with_which_the_bars_start_and_stop_are_no_part_of_it(
    method: str, written: str, policy: Policy
) -> None:
    numbers = replace(policy.card_numbers, check_digit=method, start_stop="AA", older_numbers=False, last=99999)
    for count in range(1, 40):
        number = compose(numbers, count)
        for typed in (number, f"{number[:4]} {number[4:9]} {number[9:]}"):
            assert (problem(numbers, written.format(typed)), understood(numbers, written.format(typed))) == (
                None,
                number,
            )


def test_letters_that_are_not_the_policys_are_a_mistake(policy: Policy) -> None:
    numbers = replace(policy.card_numbers, start_stop="AB")
    number = compose(numbers, 42)
    assert problem(numbers, f"A{number}B") is None
    assert problem(numbers, f"B{number}A") == "card_number_not_digits"
