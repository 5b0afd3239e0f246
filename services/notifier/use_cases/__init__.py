"""What notifier can do; the only place that opens transactions and records events."""

from services.notifier.use_cases.context import Notifier
from services.notifier.use_cases.planning import meet_applicant, plan
from services.notifier.use_cases.returning import hear_report
from services.notifier.use_cases.sending import send_next
from services.notifier.use_cases.sweeping import sweep

__all__ = ["Notifier", "hear_report", "meet_applicant", "plan", "send_next", "sweep"]
