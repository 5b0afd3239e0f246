"""Nothing that is typed takes longer than in proportion to its length: 1,000 characters of anything, in far less than 50 ms."""

import time
from datetime import date

import pytest

from rules import card_numbers, passwords
from rules.policy import Policy
from rules.text import MAX_RAW
from rules.understanding import FIELDS, understand

#: What the patterns begin with, and so try again and again.
PIECES = (
    " ",
    "-",
    "ー",
    "(",
    "()",
    "一",
    "一-",
    "1ノ",
    "一丁目",
    "字",
    "大字",
    "〒",
    "862-0971",
    "日本",
    "昭和",
    "1年",
    "年",
    "may ",
    "1985-",
    "(1)",
    "携帯",
    "電話番号",
    "内線",
    "ext",
    "x1",
    ",1",
    "代表(",
    "090-1234-5678/",
    "a@",
    "<",
    '"',
    "=?",
    "メール:",
    "mailto:",
    "a.",
    "。",
    "、",
    "アー",
    "ヾ",
    "々",
    "ab",
    "aa ",
    "Aa-",
    "é\u0301",
    "\u00ad",
    "ｶﾞ",
    "イ1",
    "県",
    "郡",
    "市区",
)


#: Seconds. What grows faster than its length takes many times that.
LIMIT = 0.05


def is_slow(field: str, typed: str) -> bool:
    """Slow five times: once, and another process may have had the processor."""
    return all(seconds(field, typed) > LIMIT for _ in range(5))


def seconds(field: str, typed: str) -> float:
    begun = time.perf_counter()
    understand(field, typed, today=date(2026, 12, 1))
    return time.perf_counter() - begun


@pytest.mark.parametrize("field", FIELDS)
def test_hostile_text_of_full_length_is_understood_at_once(field: str) -> None:
    assert [piece for piece in PIECES if any(is_slow(field, text) for text in hostile(piece))] == []


def hostile(piece: str) -> tuple[str, ...]:
    longest = (piece * MAX_RAW)[:MAX_RAW]
    # As long as an address, a name and a mail address may be, where the key is made too.
    return (
        longest,
        longest[: MAX_RAW - 1] + "!",
        longest[:200],
        "大江" + longest[:190] + "丁",
        longest[:100],
        longest[:60],
    )


@pytest.mark.parametrize("piece", ["1", "-", "A", " ", "１"])
def test_card_numbers_and_passwords_too(piece: str, policy: Policy) -> None:
    begun = time.perf_counter()
    card_numbers.problem(policy.card_numbers, piece * 100_000)
    passwords.password_problems(policy, piece * 100_000)
    assert time.perf_counter() - begun < 0.05
