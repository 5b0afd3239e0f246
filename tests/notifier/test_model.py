"""How long a message waits that was put off."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.notifier.model import MAX_ATTEMPTS, retry_delay


def test_delays_grow_to_four_hours_and_span_a_day() -> None:
    delays = [retry_delay(attempts, 0.5) for attempts in range(1, MAX_ATTEMPTS)]
    minutes = [round(delay.total_seconds() / 60) if delay else None for delay in delays]
    assert minutes == [1, 2, 4, 8, 16, 32, 64, 128, 240, 240, 240, 240, 240]
    assert timedelta(hours=20) < sum((delay for delay in delays if delay), timedelta()) < timedelta(hours=28)


def test_after_the_last_attempt_there_is_none() -> None:
    assert retry_delay(MAX_ATTEMPTS, 0.5) is None


@given(st.integers(1, MAX_ATTEMPTS - 1), st.floats(0, 1))
def test_jitter_spreads_a_delay_by_a_fifth(attempts: int, chance: float) -> None:
    middle, delay = retry_delay(attempts, 0.5), retry_delay(attempts, chance)
    assert middle
    assert delay
    assert middle * 0.8 <= delay <= middle * 1.2
