"""The public pages: what a person sees, from the first question to the card number."""

from chassis.web.routes import CSRF_FORM, CSRF_NONE, PUBLIC, Route
from services.intake.pages import (
    amendments,
    application,
    apply,
    card,
    contacts,
    corrections,
    documents,
    drafts,
    eligibility,
    family,
    handover,
    mails,
    own_data,
    passwords,
    session,
    sign_in,
    start,
    submission,
    switch,
    towns,
)
from services.intake.pages.frame import applicant_page
from services.intake.pages.languages import language_of
from services.intake.pages.problems import render_problem
from services.intake.use_cases import Intake

OWN, PHOTOS = "applicant_page", "photos_page"

ROUTES: list[Route[Intake]] = [
    Route("GET", "/", start.get_start, PUBLIC, CSRF_NONE, "What it is, and the first question"),
    Route("GET", "/eligibility", eligibility.get_eligibility, PUBLIC, CSRF_NONE, "May one have a card?"),
    Route("POST", "/eligibility", eligibility.post_eligibility, PUBLIC, CSRF_FORM, "Say so at once, or ask on"),
    Route("GET", "/postal-codes/{code}", towns.get_towns, PUBLIC, CSRF_NONE, "The towns of a postal code, as JSON"),
    Route("POST", "/language", switch.post_language, PUBLIC, CSRF_FORM, "Open a page again in another language"),
    Route("GET", "/apply", apply.get_form, PUBLIC, CSRF_NONE, "The provisional form"),
    Route("POST", "/apply", apply.post_form, PUBLIC, CSRF_FORM, "Keep what was typed"),
    Route("POST", "/apply/draft", drafts.post_draft, PUBLIC, CSRF_FORM, "Keep what is being typed"),
    Route("GET", "/apply/confirm", apply.get_confirm, PUBLIC, CSRF_NONE, "Everything as understood"),
    Route("POST", "/apply/register", apply.post_register, PUBLIC, CSRF_FORM, "Register the draft"),
    Route("GET", "/apply/done", apply.get_done, PUBLIC, CSRF_NONE, "The receipt number, and what comes next"),
    Route("POST", "/apply/resend", apply.post_resend, PUBLIC, CSRF_FORM, "Mail the link again"),
    Route("GET", "/apply/email", contacts.get_mend, PUBLIC, CSRF_NONE, "A mistyped e-mail address"),
    Route("POST", "/apply/email", contacts.post_mend, PUBLIC, CSRF_FORM, "Mend the e-mail address"),
    Route("POST", "/apply/forget", apply.post_forget, PUBLIC, CSRF_FORM, "Make this browser forget the draft"),
    Route("GET", "/sign-in", sign_in.get_sign_in, PUBLIC, CSRF_NONE, "Sign in with the receipt number"),
    Route("POST", "/sign-in", sign_in.post_sign_in, PUBLIC, CSRF_FORM, "Sign in"),
    Route("POST", "/sign-out", sign_in.post_sign_out, PUBLIC, CSRF_FORM, "Sign out"),
    Route("GET", "/session", session.get_session, PUBLIC, CSRF_NONE, "How long one stays signed in, as JSON"),
    Route("POST", "/session", session.post_session, OWN, CSRF_FORM, "Stay signed in"),
    Route("GET", "/continue/{application}", sign_in.get_continue, PUBLIC, CSRF_NONE, "Sign in to this application"),
    Route("GET", "/continue/{application}/{proof}", sign_in.get_continue, PUBLIC, CSRF_NONE, "The mailed link"),
    Route("GET", "/link-requests", sign_in.get_link_request, PUBLIC, CSRF_NONE, "Look into your mailbox"),
    Route("POST", "/link-requests", sign_in.post_link_request, PUBLIC, CSRF_FORM, "Ask for the link again"),
    Route("GET", "/password-resets", passwords.get_request, PUBLIC, CSRF_NONE, "Ask for a new password"),
    Route("POST", "/password-resets", passwords.post_request, PUBLIC, CSRF_FORM, "Have the link mailed"),
    Route("GET", "/password-resets/sent", passwords.get_sent, PUBLIC, CSRF_NONE, "Look into your mailbox"),
    Route("GET", "/password/{application}/{token}", passwords.get_password, PUBLIC, CSRF_NONE, "The mailed link"),
    Route("POST", "/password/{application}/{token}", passwords.post_password, PUBLIC, CSRF_FORM, "Set a new password"),
    Route("GET", "/application", application.get_application_page, OWN, CSRF_NONE, "Where the application stands"),
    Route("POST", "/application", application.post_preferences, OWN, CSRF_FORM, "How one wants to be written to"),
    Route(
        "GET", "/application/documents", documents.get_documents, PHOTOS, CSRF_NONE, "Choose and photograph documents"
    ),
    Route("POST", "/application/documents", documents.post_document, PHOTOS, CSRF_FORM, "Send a photograph"),
    Route(
        "GET",
        "/application/documents/{document}/{rendition}",
        documents.get_photo,
        PHOTOS,
        CSRF_NONE,
        "One's own photograph",
    ),
    Route(
        "POST", "/application/documents/{document}/removal", documents.post_removal, PHOTOS, CSRF_FORM, "Take it back"
    ),
    Route("POST", "/application/handover", handover.post_handover, OWN, CSRF_FORM, "Go on with the telephone"),
    Route("GET", "/application/handover", handover.get_handover, OWN, CSRF_NONE, "Back to the photographs"),
    Route("GET", "/application/handover/state", handover.get_state, OWN, CSRF_NONE, "How far it is, as JSON"),
    Route("POST", "/application/handover/end", handover.post_end, PHOTOS, CSRF_FORM, "All photographs are sent"),
    Route("GET", "/handover/{token}", handover.get_link, PUBLIC, CSRF_NONE, "What the QR code leads to"),
    Route("POST", "/handover/{token}", handover.post_link, PUBLIC, CSRF_FORM, "Open the photographs on this device"),
    Route("GET", "/handed-over", handover.get_ended, PUBLIC, CSRF_NONE, "Back to the computer"),
    Route("GET", "/application/details", amendments.get_details, OWN, CSRF_NONE, "Mend one's own slips"),
    Route("POST", "/application/details", amendments.post_details, OWN, CSRF_FORM, "Keep what was mended"),
    Route("GET", "/application/corrections", corrections.get_corrections, OWN, CSRF_NONE, "What staff asked to mend"),
    Route("POST", "/application/corrections", corrections.post_corrections, OWN, CSRF_FORM, "Keep what was mended"),
    Route("GET", "/application/confirm", submission.get_confirm, OWN, CSRF_NONE, "Check everything once more"),
    Route("POST", "/application/confirm", submission.post_confirm, OWN, CSRF_FORM, "Submit"),
    Route("GET", "/application/done", submission.get_done, OWN, CSRF_NONE, "Received, not registered yet"),
    Route("GET", "/application/card", card.get_card, OWN, CSRF_NONE, "The card on the screen"),
    Route("GET", "/application/data", own_data.get_own_data, OWN, CSRF_NONE, "Everything kept about oneself"),
    Route("GET", "/application/data.json", own_data.get_file, OWN, CSRF_NONE, "The same, to take along"),
    Route("POST", "/application/family", family.post_family, OWN, CSRF_FORM, "Apply for another of the family"),
    Route("POST", "/application/mails/link", mails.post_link, OWN, CSRF_FORM, "Mail the link again"),
    Route("GET", "/application/email", contacts.get_change, OWN, CSRF_NONE, "Another e-mail address"),
    Route("POST", "/application/email", contacts.post_change, OWN, CSRF_FORM, "Change the e-mail address"),
    Route("GET", "/application/erase", application.get_erase, OWN, CSRF_NONE, "Erase what has ended?"),
    Route("POST", "/application/erase", application.post_erase, OWN, CSRF_FORM, "Erase what has ended"),
    Route("GET", "/erased", application.get_erased, PUBLIC, CSRF_NONE, "It is erased"),
    Route("GET", "/application/withdraw", application.get_withdraw, OWN, CSRF_NONE, "Withdraw?"),
    Route("POST", "/application/withdraw", application.post_withdraw, OWN, CSRF_FORM, "Withdraw"),
]

AUTHENTICATORS = {OWN: applicant_page, PHOTOS: handover.photos_page}

__all__ = ["AUTHENTICATORS", "ROUTES", "language_of", "render_problem"]
