"""The queue and the case: what staff read."""

from dataclasses import replace
from uuid import UUID

from chassis.clock import today
from chassis.errors import FieldError, Invalid, NotFound
from rules.receipt_numbers import parse_receipt_number
from services.review.model import (
    CORRECTION_REQUESTED,
    OPEN,
    STATUSES,
    UNDELIVERED,
    Applicant,
    Candidate,
    CaseView,
    Page,
    Registration,
    Staff,
)
from services.review.model import checks as rules_on
from services.review.model.changes import changes_of, late_of
from services.review.model.cursors import cursor_of, place_of
from services.review.model.decisions import last_verdicts
from services.review.model.registrations import as_candidate, is_of_another
from services.review.model.views import document_of, fields_of
from services.review.store import amendments, audit, cases, decisions, documents, extensions, mails, registrations
from services.review.use_cases.context import Review, zone
from services.review.use_cases.extensions import last_day
from services.review.use_cases.same_person import find_candidates


async def list_cases(review: Review, status: str | None, after: str, limit: int = 50) -> Page:
    """A page of cases, resubmitted ones on top, then the oldest first. `status`: of STATUSES, `open`,
    `undelivered`, None for all.

    `after` is "" for the start or the `next` of the page before. Raises Invalid `status_unknown`, `after_invalid`.
    """
    place = place_of(after) if after else None
    if after and place is None:
        raise Invalid([FieldError("after", "after_invalid")])
    if status is not None and status not in (*STATUSES, OPEN, UNDELIVERED):
        raise Invalid([FieldError("status", "status_unknown")])
    async with review.db.connection() as conn:
        found = await cases.page(conn, status, place, limit + 1, review.now())
    shown = tuple(found[:limit])
    return Page(shown, cursor_of(shown[-1].case) if len(found) > limit else None)


async def find_case(review: Review, typed: str, staff: Staff) -> UUID:
    """The case of this receipt number, as people type it or hear it on the telephone. Each search is noted.

    Raises Invalid of `q`: `receipt_number_required`, `receipt_number_invalid`, `receipt_number_unknown`.
    """
    number = parse_receipt_number(typed)
    async with review.db.transaction() as tx:
        found = await cases.find_by_receipt_number(tx.conn, number) if number else None
        await audit.insert(tx.conn, review.now(), staff.id, "case_searched", found)
    if number is None:
        raise Invalid([FieldError("q", "receipt_number_invalid" if typed.strip() else "receipt_number_required")])
    if found is None:
        raise Invalid([FieldError("q", "receipt_number_unknown")])
    return found


async def view_case(
    review: Review, case_id: UUID, staff: Staff, action: str = "case_viewed", document_id: UUID | None = None
) -> CaseView:
    """What `get_case` gives, noted before it is shown. Raises NotFound."""
    view = await get_case(review, case_id)
    async with review.db.transaction() as tx:
        await audit.insert(tx.conn, review.now(), staff.id, action, case_id, document_id)
    return view


async def get_case(review: Review, case_id: UUID) -> CaseView:
    """Everything on one case, for an answer to what was noted already. Raises NotFound."""
    # One snapshot: the version must be that of everything shown beside it.
    async with review.db.connection() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        case = await cases.find(conn, case_id, review.now())
        if case is None:
            raise NotFound
        content = await cases.content(conn, case_id)
        known = await documents.of_round(conn, case.application_id, case.round)
        past = await decisions.of_case(conn, case_id)
        amendment = await amendments.of_round(conn, case.application_id, case.round)
        longer = await extensions.of_case(conn, case_id)
        asked = past[-1] if case.status == CORRECTION_REQUESTED else None
        correct_by = await last_day(review, conn, case, asked) if asked else None
        undelivered = await mails.undelivered(conn, case.application_id)
        registered = await registrations.find_by_card(conn, content.card_number) if content.card_number else None
        void = await registrations.is_void(conn, content.card_number) if content.card_number else False
        found = await find_candidates(conn, case, content.applicant, content.card_number, past)
    policy, applicant = review.policy, content.applicant
    shown, said = tuple(document_of(policy, document) for document in known), last_verdicts(past)
    return CaseView(
        case=case,
        applicant=fields_of(policy, applicant, [each for decision in past for each in decision.amendments]),
        documents=shown,
        checks=(
            *rules_on.outcome_checks(policy, content.outcomes),
            *rules_on.card_checks(policy, case, applicant, registered, void),
            *rules_on.renewal_checks(policy, case, applicant, registered, today(review.now, zone(review))),
            *rules_on.difference_checks(policy, case, applicant, registered),
            *rules_on.document_checks(shown),
            *rules_on.round_checks(policy, case),
            *rules_on.mail_checks(undelivered.templates),
        ),
        duplicates=tuple(replace(each, verdict=said.get(each.id)) for each in found.candidates),
        more_duplicates=found.more,
        card_holder=_other_holder(applicant, registered),
        decisions=past,
        card_unknown=content.card_unknown,
        undelivered=undelivered,
        policy_version=content.policy_version,
        filled_by=content.filled_by,
        consent=content.consent,
        changes=changes_of(content.mended, amendment, case.application_version),
        late=late_of(applicant, amendment, case.application_version),
        new_documents=content.new_documents,
        correct_by=correct_by,
        extensions=longer,
    )


def _other_holder(applicant: Applicant, registered: Registration | None) -> Candidate | None:
    """Whose card it is, where only the birth date says that it is the applicant's."""
    if registered is None or registered.birth_date != applicant.birth_date or not is_of_another(registered, applicant):
        return None
    return as_candidate(registered, applicant.person)
