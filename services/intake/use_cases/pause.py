"""While reception is paused nothing new begins, and what has begun is kept until after it."""

from datetime import datetime, timedelta

from chassis.errors import Unavailable
from rules.pauses import pause_on
from services.intake import messages
from services.intake.use_cases.context import Intake
from services.intake.use_cases.deadlines import midnight


def refuse_while_paused(intake: Intake) -> None:
    """Raises Unavailable(`reception_paused`) until the day after the pause."""
    pause = pause_on(intake.policy, intake.today)
    if pause is not None:
        wait = midnight(intake, pause.last + timedelta(days=1)) - intake.now()
        raise Unavailable("reception_paused", int(wait.total_seconds()) + 1, messages.text("reception_paused"))


def time_of_drafts(intake: Intake) -> datetime:
    """The time by which drafts expire: it stands still in a pause, and catches up once they had their days again."""
    given = timedelta(days=intake.policy.deadlines.provisional_days)
    stood_still = timedelta()
    for pause in intake.policy.pauses:
        begun = min(intake.today, pause.last) - pause.first + timedelta(days=1)
        if pause.first <= intake.today <= pause.last + given:
            stood_still += begun
    return intake.now() - stood_still
