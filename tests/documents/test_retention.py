"""When images go: the same in every order of the same news."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.policy import load_policy
from services.documents.model.retention import Standing, delete_on, joined

POLICY = load_policy(Path(__file__).parents[2] / "config" / "library.toml")
TIMES = [datetime(2026, 11, 22, hour, tzinfo=UTC) for hour in (3, 14, 15, 16)]
STANDINGS = st.builds(
    Standing, st.integers(0, 3), st.sampled_from(["open", "withdrawn", "rejected", "approved"]), st.sampled_from(TIMES)
)


@given(st.lists(STANDINGS, min_size=1, max_size=8), st.randoms())
def test_neither_order_nor_repetition_of_the_news_matters(news: list[Standing], random: "random.Random") -> None:  # type: ignore[name-defined]  # noqa: F821
    def heard(order: list[Standing]) -> Standing:
        known = None
        for each in order:
            known = joined(known, each)
        assert known is not None
        return known

    shuffled = news + random.choices(news, k=4)
    random.shuffle(shuffled)
    assert heard(shuffled) == heard(news)


@pytest.mark.parametrize(
    ("outcome", "decided_at", "day"),
    [
        ("open", datetime(2026, 11, 22, 3, tzinfo=UTC), None),
        ("approved", datetime(2026, 11, 22, 3, tzinfo=UTC), date(2026, 11, 29)),
        ("rejected", datetime(2026, 11, 22, 3, tzinfo=UTC), date(2026, 12, 22)),
        ("withdrawn", datetime(2026, 11, 22, 3, tzinfo=UTC), date(2026, 11, 22)),
        # 15:00 in UTC is midnight in Japan.
        ("approved", datetime(2026, 11, 22, 14, 59, 59, tzinfo=UTC), date(2026, 11, 29)),
        ("approved", datetime(2026, 11, 22, 15, 0, 0, tzinfo=UTC), date(2026, 11, 30)),
    ],
)
def test_days_are_the_policys_and_counted_in_its_zone(outcome: str, decided_at: datetime, day: date | None) -> None:
    assert delete_on(POLICY, Standing(1, outcome, decided_at)) == day


def test_a_later_round_wins_and_a_decision_stands_over_a_withdrawal() -> None:
    early, late = TIMES[0], TIMES[-1]
    for weaker, stronger in (
        (Standing(1, "approved", early), Standing(2, "open", late)),
        (Standing(1, "open", late), Standing(1, "withdrawn", early)),
        (Standing(1, "withdrawn", early), Standing(1, "rejected", late)),
        (Standing(1, "withdrawn", late), Standing(1, "withdrawn", early)),
    ):
        assert joined(weaker, stronger) == joined(stronger, weaker) == stronger
