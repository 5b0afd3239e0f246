"""The end of what is personal: on schedule, by the policy's days after each end, or when the applicant asks."""

from datetime import timedelta
from uuid import UUID

from chassis.database import Transaction
from chassis.errors import Conflict, NotFound
from services.intake import events, messages, store
from services.intake.model.applications import ENDED, ERASED, Application
from services.intake.use_cases.applications import refuse_stale
from services.intake.use_cases.context import Intake
from services.intake.use_cases.deadlines import midnight

SCHEDULE, REQUEST = "schedule", "request"
_BATCH = 100
#: What statistics need, and nobody is known by.
_KEPT = ("category", "pickup_branch")


async def erase_due(intake: Intake) -> bool:
    """Erase what ended long enough ago. True if there may be more."""
    more = False
    for status in ENDED:
        days: int = getattr(intake.policy.retention.applications, status)
        ended_before = midnight(intake, intake.today - timedelta(days=days - 1))
        async with intake.db.connection() as conn:
            due = await store.to_erase(conn, status, ended_before, _BATCH)
        for application_id in due:
            async with intake.db.transaction() as tx:
                application = await store.lock_application(tx.conn, application_id)
                if application is not None and application.status == status:
                    await _erase(intake, tx, application, SCHEDULE)
        more = more or len(due) == _BATCH
    return more


async def erase_own(intake: Intake, application_id: UUID, version: int | None = None) -> None:
    """Erase an application that has ended, because its applicant asks, who was shown this version.

    Raises NotFound and Conflict(`wrong_state`, `stale_version`).
    """
    async with intake.db.transaction() as tx:
        application = await store.lock_application(tx.conn, application_id)
        if application is None or application.status == ERASED:
            raise NotFound
        if application.status not in ENDED:
            raise Conflict("wrong_state", messages.text("wrong_state"))
        refuse_stale(application, version)
        await _erase(intake, tx, application, REQUEST)


async def _erase(intake: Intake, tx: Transaction, application: Application, because: str) -> None:
    now, values = intake.now(), application.applicant.values
    kept = {name: dict.fromkeys(("raw", "display", "match_key"), values[name].display) for name in _KEPT}
    await store.erase_application(tx.conn, application.id, kept)
    await store.insert_erasure(
        tx.conn,
        application.id,
        application.receipt_number,
        application.status,
        because,
        intake.policy.version,
        now,
    )
    await store.tell(tx.conn, application.id, "erased", 0, now)
    await tx.record(events.application_erased(application))
