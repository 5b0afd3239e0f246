"""Registrations: an approval makes one, or renews the one that the card belongs to."""

from datetime import datetime

from chassis.clock import today
from chassis.connection import Connection
from chassis.database import Transaction
from chassis.errors import Conflict, FieldError, Invalid
from chassis.ids import new_id
from rules import card_numbers
from services.review import events
from services.review.model import Applicant, Case, Registration
from services.review.model.registrations import expiry, register
from services.review.store import registrations
from services.review.use_cases.context import Review, zone


async def register_applicant(
    review: Review, tx: Transaction, case: Case, applicant: Applicant, typed: str | None
) -> Registration:
    """The approved applicant's registration, and its event. `typed` is the card number as staff typed it, if they did.

    Raises Invalid of `card_number` (`card_number_required`, `card_number_taken`, `card_number_of_another`, and the codes of
    rules.card_numbers) or `category` (`category_unknown`); Conflict `card_numbers_exhausted`, `kind_not_supported`.
    """
    category = review.policy.category(applicant.category)
    if category is None:
        raise _invalid("category", "category_unknown")
    now = review.now()
    expires_on = expiry(today(review.now, zone(review)), category.validity_years)
    if case.kind == "new":
        number = await _new_number(review, tx.conn, typed, now)
        registration = register(new_id(), case.application_id, applicant, number, expires_on, version=1)
        event = events.registration_completed(registration)
    elif case.kind == "renewal":
        number = _number(review, typed or applicant.card_number)
        # Waits for another renewal of the same card, so that only one of them finds it unknown.
        await registrations.take_number(tx.conn, number, now)
        known = await registrations.lock_by_card(tx.conn, number)
        if known and known.birth_date != applicant.birth_date:
            raise _invalid("card_number", "card_number_of_another")
        registration = register(
            known.id if known else new_id(),
            case.application_id,
            applicant,
            number,
            max(expires_on, known.expires_on) if known else expires_on,
            known.version + 1 if known else 1,
        )
        event = events.registration_renewed(registration)
    else:
        raise Conflict("kind_not_supported")
    await registrations.save(tx.conn, registration, now)
    await tx.record(event)
    return registration


async def _new_number(review: Review, conn: Connection, typed: str | None, now: datetime) -> str:
    policy = review.policy.card_numbers
    if typed is not None or policy.source != "range":
        number = _number(review, typed)
        if not await registrations.take_number(conn, number, now):
            raise _invalid("card_number", "card_number_taken")
        return number
    while True:
        serial = await registrations.next_serial(conn, policy.prefix, policy.first)
        if serial > policy.last:
            raise Conflict("card_numbers_exhausted", "カード番号の範囲を使い切りました。設定をご確認ください。")
        number = card_numbers.compose(policy, serial)
        # A card that was renewed here may already carry a number of the range.
        if await registrations.take_number(conn, number, now):
            return number


def _number(review: Review, typed: str | None) -> str:
    if typed is None or not typed.strip():
        raise _invalid("card_number", "card_number_required")
    wrong = card_numbers.problem(review.policy.card_numbers, typed)
    if wrong:
        raise _invalid("card_number", wrong)
    return card_numbers.understood(review.policy.card_numbers, typed)


def _invalid(field: str, code: str) -> Invalid:
    return Invalid([FieldError(field, code)])
