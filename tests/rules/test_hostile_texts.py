"""Nothing that understands what people type takes longer than a moment, whatever it is: as long a text as is looked into."""

import time
from collections.abc import Callable
from datetime import date

import pytest

from chassis.web.forms import LONGEST_FIELD
from rules import card_numbers, eligibility, passwords, receipt_numbers
from rules.policy import Policy
from rules.text import MAX_RAW
from rules.understanding import _READERS, understand
from tests.chassis import loads
from tests.chassis.loads import UNITS, mostly

TODAY = date(2026, 12, 1)
#: Seconds of processor time. A form has twenty fields, and together they may hold the loop for 50 ms.
MOST = 0.01


def _seconds(read: Callable[[str], object], text: str) -> float:
    """The least of three times."""
    times = []
    for _ in range(3):
        began = time.thread_time()
        read(text)
        times.append(time.thread_time() - began)
    return min(times)


def _slow(read: Callable[[str], object], size: int = MAX_RAW, most: float = MOST) -> list[tuple[str, float]]:
    texts = {
        **{name: mostly(unit, size) for name, unit in UNITS.items()},
        **{f"2000-{name}": "2000" + mostly(unit, size - 4) for name, unit in UNITS.items()},
        **{f"京都{name}": "京都" + mostly(unit, size - 2) for name, unit in UNITS.items()},
        **{f"a@{name}": "a@" + mostly(unit, size - 2) for name, unit in UNITS.items()},
    }
    return [(name, seconds) for name, text in texts.items() if (seconds := _seconds(read, text)) > most]


@pytest.mark.parametrize("field", _READERS)
def test_no_text_takes_a_field_long_to_understand(field: str) -> None:
    assert _slow(lambda text: understand(field, text, today=TODAY)) == []


def test_no_text_takes_the_other_rules_long(policy: Policy) -> None:
    readers: list[Callable[[str], object]] = [
        receipt_numbers.parse_receipt_number,
        eligibility.names_municipality,
        lambda text: card_numbers.problem(policy.card_numbers, text),
        lambda text: eligibility.suggest_category(policy, text, text, TODAY),
        lambda text: passwords.password_problems(policy, text, [text[:100], "hana"]),
    ]
    assert [found for read in readers for found in _slow(read, LONGEST_FIELD, loads.MOST)] == []
