"""What review can do; the only place that opens transactions and records events."""

from services.review.use_cases.applications import hear_amended, hear_withdrawal, take_over, take_over_new
from services.review.use_cases.claims import claim, release
from services.review.use_cases.contacts import erase, hear_contact
from services.review.use_cases.context import Review
from services.review.use_cases.decisions import decide
from services.review.use_cases.documents import (
    destroy_document,
    hear_deleted,
    hear_masked,
    hear_stored,
    mask_document,
    read_rendition,
)
from services.review.use_cases.extensions import extend
from services.review.use_cases.mails import hear_mail, see_to_mails
from services.review.use_cases.notices import find_registration, stop_notice
from services.review.use_cases.promises import say_delayed, say_digest, say_expiring
from services.review.use_cases.queue import find_case, get_case, list_cases, view_case
from services.review.use_cases.refusals import note_refusal
from services.review.use_cases.staff import add_staff, replace_session, sign_in, sign_out, staff_of

__all__ = [
    "Review",
    "add_staff",
    "claim",
    "decide",
    "destroy_document",
    "erase",
    "extend",
    "find_case",
    "find_registration",
    "get_case",
    "hear_amended",
    "hear_contact",
    "hear_deleted",
    "hear_mail",
    "hear_masked",
    "hear_stored",
    "hear_withdrawal",
    "list_cases",
    "mask_document",
    "note_refusal",
    "read_rendition",
    "release",
    "replace_session",
    "say_delayed",
    "say_digest",
    "say_expiring",
    "see_to_mails",
    "sign_in",
    "sign_out",
    "staff_of",
    "stop_notice",
    "take_over",
    "take_over_new",
    "view_case",
]
