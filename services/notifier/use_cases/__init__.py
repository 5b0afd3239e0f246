"""What notifier can do; the only place that opens transactions and records events."""

from services.notifier.use_cases.contacts import end_consent, forget, hear_contact, hear_registration
from services.notifier.use_cases.context import Notifier
from services.notifier.use_cases.planning import plan, plan_unless_later
from services.notifier.use_cases.returning import hear_report
from services.notifier.use_cases.sending import LOOK_SECONDS, look_at_server, send_next
from services.notifier.use_cases.sweeping import sweep

__all__ = [
    "LOOK_SECONDS",
    "Notifier",
    "end_consent",
    "forget",
    "hear_contact",
    "hear_registration",
    "hear_report",
    "look_at_server",
    "plan",
    "plan_unless_later",
    "send_next",
    "sweep",
]
