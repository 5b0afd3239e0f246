"""How long it takes now, as far as intake knows it: what was submitted and is not decided, and the opening days."""

from datetime import date

from rules.opening_days import expected_date
from services.intake import store
from services.intake.use_cases.context import Intake


async def expected_if_submitted_now(intake: Intake) -> date:
    """By when a decision could be expected if the documents were sent today."""
    async with intake.db.connection() as conn:
        waiting = await store.waiting_besides(conn, None)
    return expected_date(intake.policy, intake.today, waiting)
