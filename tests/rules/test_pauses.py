"""Days of a pause do not count."""

import dataclasses
from datetime import date
from pathlib import Path

import pytest

from rules.pauses import extended, finish_by, pause_on
from rules.policy import Policy, PolicyError, load_policy
from rules.policy_days import Pause

NOTICE = ", ".join(f'{language} = "お休みです。"' for language in ("ja", "ja-easy", "en", "zh", "ko"))
PRESET = Path(__file__).parents[2] / "config" / "library.toml"


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def pausing(policy: Policy, *days: tuple[str, str]) -> Policy:
    pauses = tuple(Pause(day(first), day(last), {"ja": "お休みです。"}) for first, last in days)
    return dataclasses.replace(policy, pauses=pauses)


def test_a_pause_holds_from_its_first_to_its_last_day(policy: Policy) -> None:
    paused = pausing(policy, ("11-10", "11-12"))
    held = [pause_on(paused, day(f"11-{number:02}")) is not None for number in range(9, 14)]
    assert held == [False, True, True, True, False]
    assert pause_on(policy, day("11-10")) is None


@pytest.mark.parametrize(
    ("pauses", "last"),
    [
        ([], "11-15"),
        ([("11-01", "11-07")], "11-15"),
        ([("11-16", "11-20")], "11-15"),
        ([("11-10", "11-11")], "11-17"),
        ([("11-01", "11-09")], "11-17"),
        ([("11-15", "11-20")], "11-21"),
        ([("11-10", "11-11"), ("11-16", "11-18")], "11-20"),
        ([("11-16", "11-18"), ("11-10", "11-11")], "11-20"),
    ],
)
def test_a_week_from_the_eighth_is_as_much_longer_as_was_paused_in_it(
    policy: Policy, pauses: list[tuple[str, str]], last: str
) -> None:
    paused = pausing(policy, *pauses)
    assert extended(paused, day("11-08"), day("11-15")) == day(last)
    # The preset gives seven days for the documents.
    assert finish_by(paused, day("11-08")) == day(last)


def test_pauses_that_overlap_or_end_before_they_begin_are_named(tmp_path: Path) -> None:
    days = (("2027-02-15", "2027-02-21"), ("2027-02-21", "2027-02-25"), ("2027-04-02", "2027-04-01"))
    text = PRESET.read_text(encoding="utf-8")
    for first, last in days:
        text += f"\n[[pauses]]\nfirst = {first}\nlast = {last}\nnotice = {{ {NOTICE} }}\n"
    path = tmp_path / "library.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as raised:
        load_policy(path)
    assert raised.value.problems == [
        "pauses: 2027-04-02 to 2027-04-01 ends before it begins",
        "pauses: 2027-02-21 to 2027-02-25 begins before 2027-02-15 to 2027-02-21 has ended",
    ]
