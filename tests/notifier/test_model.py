"""How long a message waits that was put off, and which addresses were left."""

import itertools
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import new_id
from services.notifier.model import MAX_ATTEMPTS, Contact, meet, retry_delay
from tests.notifier.samples import APPLICATION


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


def _said(sequence: int, email: str, *, brought: bool = True) -> Contact:
    caused_by, email_sequence = (new_id(), sequence) if brought else (None, 0)
    return Contact(APPLICATION, None, email, "ja", sequence, caused_by, False, email_sequence)


def test_in_every_order_each_address_is_left_once_for_each_event_that_brought_it_but_the_last() -> None:
    """Also where it comes back, and where a change of language is heard before the address that it goes with."""
    life = [
        _said(1, "a@example.jp"),
        _said(2, "a@example.jp", brought=False),
        _said(4, "b@example.jp"),
        _said(5, "b@example.jp", brought=False),
        _said(6, "a@example.jp"),
        _said(8, "c@example.jp"),
        _said(9, "c@example.jp", brought=False),
    ]
    for order in itertools.permutations(life):
        known, told = order[0], []
        for heard in (*order[1:], *order):
            known, left = meet(known, heard)
            told += [(each.email, each.caused_by) for each in left]
        assert (known.email, known.sequence, known.caused_by) == ("c@example.jp", 9, life[5].caused_by)
        assert set(told) == {(each.email, each.caused_by) for each in (life[0], life[2], life[4])}
