"""What intake can do. Every function takes the `Intake` first; only here transactions are opened and events recorded."""

from services.intake.use_cases.applications import change_application, confirm_application, get_application
from services.intake.use_cases.contacts import change_contact, mend_contact
from services.intake.use_cases.context import Intake
from services.intake.use_cases.documents import document_rendition, most_documents, remove_document, store_document
from services.intake.use_cases.drafts import (
    drafts_of,
    find_draft,
    forget_drafts,
    keep_in_draft,
    register_draft,
    registered_before,
    save_draft,
)
from services.intake.use_cases.erasure import erase_own
from services.intake.use_cases.links import next_link_at, request_link, request_password_reset, resend_link
from services.intake.use_cases.passwords import asks_birth_date, set_password
from services.intake.use_cases.preferences import change_preferences
from services.intake.use_cases.queue import expected_if_submitted_now
from services.intake.use_cases.reception import receive_application, understand_application
from services.intake.use_cases.sessions import application_of, look_at_session, sign_in, sign_out, use_session
from services.intake.use_cases.submission import submit, withdraw

__all__ = [
    "Intake",
    "application_of",
    "asks_birth_date",
    "change_application",
    "change_contact",
    "change_preferences",
    "confirm_application",
    "document_rendition",
    "drafts_of",
    "erase_own",
    "expected_if_submitted_now",
    "find_draft",
    "forget_drafts",
    "get_application",
    "keep_in_draft",
    "look_at_session",
    "mend_contact",
    "most_documents",
    "next_link_at",
    "receive_application",
    "register_draft",
    "registered_before",
    "remove_document",
    "request_link",
    "request_password_reset",
    "resend_link",
    "save_draft",
    "set_password",
    "sign_in",
    "sign_out",
    "store_document",
    "submit",
    "understand_application",
    "use_session",
    "withdraw",
]
