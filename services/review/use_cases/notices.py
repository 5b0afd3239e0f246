"""The notice before a card expires: staff stop it for who asks at the counter or by telephone."""

from uuid import UUID

from chassis.database import Transaction
from chassis.errors import FieldError, Invalid, NotFound
from rules import card_numbers
from services.review import events
from services.review.model import Registration, Staff
from services.review.model.registrations import Cause, without_notice
from services.review.store import audit, registrations
from services.review.use_cases.context import Review


async def find_registration(review: Review, typed: str, staff: Staff) -> Registration:
    """The registration with this card. Each look-up is noted, with the id of what was found.

    Raises Invalid of `card_number`: `card_number_required`, the codes of rules.card_numbers, `card_number_void`,
    `registration_unknown`.
    """
    wrong = "card_number_required" if not typed.strip() else card_numbers.problem(review.policy.card_numbers, typed)
    if wrong:
        async with review.db.transaction() as tx:
            await _note(review, tx, staff, None)
        raise _invalid(wrong)
    number = card_numbers.understood(review.policy.card_numbers, typed)
    async with review.db.transaction() as tx:
        found = await registrations.find_by_card(tx.conn, number)
        void = await registrations.is_void(tx.conn, number)
        await _note(review, tx, staff, found)
    if found is None:
        raise _invalid("card_number_void" if void else "registration_unknown")
    return found


async def stop_notice(review: Review, registration_id: UUID, staff: Staff) -> Registration:
    """The person does not want to be told before the card expires; where that is so already, nothing happens.

    Raises NotFound.
    """
    async with review.db.transaction() as tx:
        found = await registrations.lock_by_ids(tx.conn, {registration_id})
        if not found:
            raise NotFound
        [before] = found
        now, detail = review.now(), {"registration": str(before.id)}
        action = "notice_stopped" if before.expiry_notice else "notice_stopped_already"
        await audit.insert(tx.conn, now, staff.id, action, detail=detail)
        if not before.expiry_notice:
            return before
        after = without_notice(before)
        await registrations.save(tx.conn, after, Cause("notice_stopped", staff.id, now))
        await tx.record(events.registration_notice_stopped(after))
    return after


async def _note(review: Review, tx: Transaction, staff: Staff, found: Registration | None) -> None:
    detail = {"registration": str(found.id) if found else None}
    await audit.insert(tx.conn, review.now(), staff.id, "registration_looked_up", detail=detail)


def _invalid(code: str) -> Invalid:
    return Invalid([FieldError("card_number", code)])
