"""What the clock does: reminders, each once, and the end of what nobody finished in time."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from rules.pauses import pause_on
from services.intake import events, store
from services.intake.model import deadlines
from services.intake.model.applications import CORRECTION_REQUESTED, EXPIRED, OURS, PROVISIONAL
from services.intake.use_cases.context import Intake

_BATCH = 100
_FIRST = UUID(int=0)
Page = Callable[[UUID], Awaitable[list[UUID]]]


async def expire(intake: Intake) -> bool:
    """End what the applicant has not finished by the last day. Whoever submits at that moment is first, or too late."""
    on = intake.today
    received_before = midnight(intake, on - timedelta(days=intake.policy.deadlines.provisional_days))

    async def page(after: UUID) -> list[UUID]:
        async with intake.db.connection() as conn:
            return await store.overdue(conn, after, received_before, on, _BATCH)

    # In a pause every deadline lies behind it.
    if pause_on(intake.policy, on) is None:
        await _each(page, lambda id_: _expire(intake, id_))
    return False


async def remind(intake: Intake) -> bool:
    """Say what is still missing, on the days of the policy and not before its hour."""
    policy, on = intake.policy, intake.today
    early = intake.now().astimezone(intake.zone).hour < policy.expected_time.told_from_hour
    if early or pause_on(policy, on) is not None:
        return False
    for status in OURS:
        days, given = deadlines.reminder_days(policy, status)
        for day in days:
            await _remind_all(intake, status, day, given)
    return False


async def _remind_all(intake: Intake, status: str, day: int, given: int) -> None:
    on = intake.today
    received_before = midnight(intake, on - timedelta(days=day - 1)) if status == PROVISIONAL else None
    correct_by_before = on + timedelta(days=given - day + 1) if status == CORRECTION_REQUESTED else None

    async def page(after: UUID) -> list[UUID]:
        async with intake.db.connection() as conn:
            return await store.to_remind(conn, after, status, received_before, correct_by_before, day, _BATCH)

    await _each(page, lambda id_: _remind(intake, id_))


async def _remind(intake: Intake, application_id: UUID) -> None:
    on, now = intake.today, intake.now()
    async with intake.db.transaction() as tx:
        application = await store.lock_application(tx.conn, application_id)
        last_day = deadlines.deadline(intake.policy, intake.zone, application) if application else None
        if application is None or last_day is None or last_day < on:
            return
        due = deadlines.due_reminders(intake.policy, application.status, last_day, on)
        # Who missed some, because nothing ran, is told once.
        new = [
            day for day in due if await store.remember_reminder(tx.conn, application_id, application.round, day, now)
        ]
        if new and new[-1] == due[-1]:
            documents = await store.stored_documents(tx.conn, application_id)
            missing = deadlines.missing(intake.policy, application, documents, on)
            await tx.record(events.application_reminder_due(application, missing, last_day))


async def _expire(intake: Intake, application_id: UUID) -> None:
    now = intake.now()
    async with intake.db.transaction() as tx:
        application = await store.lock_application(tx.conn, application_id)
        last_day = deadlines.deadline(intake.policy, intake.zone, application) if application else None
        if application is None or last_day is None or last_day >= intake.today:
            return
        ended = replace(application, status=EXPIRED, version=application.version + 1, ended_at=now)
        await store.save_application(tx.conn, ended)
        await store.tell(tx.conn, application_id, "expired", 0, now)
        await tx.record(events.application_expired(ended))


async def _each(page: Page, do: Callable[[UUID], Awaitable[None]]) -> None:
    after = _FIRST
    while ids := await page(after):
        for id_ in ids:
            await do(id_)
        after = ids[-1]


def midnight(intake: Intake, on: date) -> datetime:
    """When this day begins, in the library's time zone."""
    return datetime.combine(on, time(), intake.zone)
