"""Registrations: an approval makes one, or renews or changes the one that the card belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.clock import today
from chassis.connection import Connection
from chassis.database import Transaction
from chassis.errors import Conflict, FieldError, Invalid
from chassis.events import NewEvent
from chassis.ids import new_id
from rules import card_numbers
from services.review import events
from services.review.model import Applicant, Case, Decision, PastDecision, Registration, Staff
from services.review.model.contacts import Contact
from services.review.model.expiry import expiry, still_valid_until
from services.review.model.registrations import Cause, is_of_another, register, with_contact
from services.review.store import registrations
from services.review.use_cases.context import Review, zone
from services.review.use_cases.same_person import refuse_second_card

_OF_ANOTHER = "カード番号の登録とは、氏名もフリガナも違います。同じなのは生年月日だけです。"


@dataclass(frozen=True)
class Approval:
    """A case that is approved: `applicant` as staff register them, and what was decided on the case before."""

    case: Case
    applicant: Applicant
    decision: Decision
    past: Sequence[PastDecision]
    staff: Staff


async def register_applicant(review: Review, tx: Transaction, approval: Approval) -> str:
    """Make or change the approved applicant's registration, and say so; returns the card's number.

    Raises Invalid of `card_number` (`card_number_required`, `card_number_taken`, `card_number_void`,
    `card_number_of_another`, and the codes of rules.card_numbers), `registration` (`registration_not_named`), `same_as`
    (`registration_unknown`) or `category` (`category_unknown`); Conflict `same_person`, `card_of_another`,
    `card_numbers_exhausted`.
    """
    case, applicant, decision = approval.case, approval.applicant, approval.decision
    category = review.policy.category(applicant.category)
    if category is None:
        raise _invalid("category", "category_unknown")
    now, typed = review.now(), decision.card_number or None
    day = today(review.now, zone(review))
    longest = expiry(day, category.validity_years)
    named = await _named(tx.conn, applicant, decision)
    kind = decision.same_as.kind if decision.same_as else case.kind
    known, lost, expires_on = named, None, longest
    if kind == "new":
        number = await _new_number(review, tx.conn, typed, now)
    elif kind in ("renewal", "change"):
        if named:
            number = named.card_number
        else:
            known, number = await _card(review, tx.conn, applicant, typed or applicant.card_number)
        expires_on = still_valid_until(known, day, longest)
        if kind == "renewal":
            expires_on = max(longest, known.expires_on) if known else longest
    else:
        number = await _new_number(review, tx.conn, typed, now)
        known, lost = (named, named.card_number) if named else await _lost_card(review, tx.conn, applicant, decision)
        if number == lost:
            # A lost card that is unknown here may carry the next number of the range.
            number = await _new_number(review, tx.conn, typed, now)
        await registrations.void_number(tx.conn, lost, now)
        expires_on = still_valid_until(known, day, longest)
    if named is None:
        await refuse_second_card(tx.conn, case, decision, approval.past, known)
    registration = _registration(case, applicant, known, number, expires_on)
    await registrations.save(tx.conn, registration, Cause(_BECAUSE[kind], approval.staff.id, now))
    await tx.record(_said(kind, registration, lost))
    return number


_BECAUSE = {"new": "completed", "renewal": "renewed", "change": "changed", "replacement": "replaced"}


def _said(kind: str, registration: Registration, lost: str | None) -> NewEvent:
    if kind == "new":
        return events.registration_completed(registration)
    if kind == "renewal":
        return events.registration_renewed(registration)
    return events.registration_changed(registration, lost)


async def _named(conn: Connection, applicant: Applicant, decision: Decision) -> Registration | None:
    """The registration that staff say is this person's, locked."""
    if decision.same_as is None:
        return None
    found = await registrations.lock_by_ids(conn, {decision.same_as.registration})
    if not found:
        raise _invalid("same_as", "registration_unknown")
    if found[0].birth_date != applicant.birth_date:
        raise _invalid("same_as", "card_number_of_another")
    return found[0]


async def change_contact(review: Review, tx: Transaction, application_id: UUID, contact: Contact) -> None:
    """Let the registration that came of this application, and of none since, have a contact later than the one it has.

    Said only where its events hold the address: whoever hears them knows everything else already.
    """
    before = await registrations.lock_by_application(tx.conn, application_id)
    if before is None or contact.version <= before.contact_version:
        return
    after = with_contact(before, contact)
    await registrations.save(tx.conn, after, Cause("contact_changed", None, review.now()))
    if after.version > before.version:
        await tx.record(events.registration_contact_changed(after))


def _registration(
    case: Case, applicant: Applicant, known: Registration | None, number: str, expires_on: date
) -> Registration:
    """The registration that was `known` as it is from now on, or a first one."""
    id_, version = (known.id, known.version + 1) if known else (new_id(), 1)
    return register(id_, case, applicant, number, expires_on, version)


async def _card(
    review: Review, conn: Connection, applicant: Applicant, typed: str | None
) -> tuple[Registration | None, str]:
    """The registration with the card that the applicant has, locked, and its number; None where it is unknown here."""
    number = _number(review, typed)
    # Waits for another application with the same card, so that only one of them finds it unknown.
    await registrations.take_number(conn, number, review.now())
    known = await registrations.lock_by_card(conn, number)
    # Only now: the card may have been replaced while this waited for the lock.
    if await registrations.is_void(conn, number):
        raise _invalid("card_number", "card_number_void")
    if known and known.birth_date != applicant.birth_date:
        raise _invalid("card_number", "card_number_of_another")
    if known and is_of_another(known, applicant):
        raise Conflict("card_of_another", _OF_ANOTHER)
    return known, number


async def _lost_card(
    review: Review, conn: Connection, applicant: Applicant, decision: Decision
) -> tuple[Registration | None, str]:
    """The registration whose card was lost, and that card's number: by the number, else the one that staff said is the same."""
    if applicant.card_number:
        return await _card(review, conn, applicant, applicant.card_number)
    same = {each.candidate for each in decision.verdicts if each.verdict == "same"}
    known = await registrations.lock_by_ids(conn, same)
    if len(known) != 1:
        raise _invalid("registration", "registration_not_named")
    if known[0].birth_date != applicant.birth_date:
        raise _invalid("registration", "card_number_of_another")
    return known[0], known[0].card_number


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
