"""Days on which no applications are received, and the deadlines that wait for them."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rules.policy import Policy
    from rules.policy_days import Pause


def pause_on(policy: "Policy", on: date) -> "Pause | None":
    """The pause that this day lies in."""
    return next((pause for pause in policy.pauses if pause.first <= on <= pause.last), None)


def extended(policy: "Policy", start: date, deadline: date) -> date:
    """The last day of a time that begins on `start` and would end on `deadline`: days of a pause do not count."""
    for pause in sorted(policy.pauses, key=lambda each: each.first):
        if start <= pause.last and pause.first <= deadline:
            deadline += pause.last - max(pause.first, start) + timedelta(days=1)
    return deadline


def finish_by(policy: "Policy", received_on: date) -> date:
    """The last day to send the documents of an application that was received then."""
    return extended(policy, received_on, received_on + timedelta(days=policy.deadlines.provisional_days))
