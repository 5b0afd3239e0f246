"""A form becomes an application."""

from collections.abc import Mapping
from typing import Any

from services.intake.model.applications import Application
from services.intake.model.views import Understanding
from services.intake.use_cases.context import Intake


async def understand_application(intake: Intake, form: Mapping[str, Any]) -> Understanding:
    """What a form means, as DESIGN section 4 names the fields of POST /applications. Writes nothing.

    Values are strings; `consent` may be True or one of true, on, yes, 1. Pass the fields only: whatever else is in
    `form` is the error `unknown_field`.
    """
    raise NotImplementedError


async def receive_application(intake: Intake, form: Mapping[str, Any], idempotency_key: str | None) -> Application:
    """Receive an application once for each idempotency key (24 hours), and have the link mailed.

    Raises Invalid (`invalid` with every fault; `idempotency_key_missing`, `idempotency_key_invalid`,
    `idempotency_key_reused`) and Conflict(`idempotency_key_running`) while the first is still running.
    """
    raise NotImplementedError
