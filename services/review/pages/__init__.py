"""The pages for library staff."""

from collections.abc import Mapping, Sequence

from chassis.web.routes import CSRF_FORM, CSRF_NONE, PUBLIC, Authenticator, Route
from services.review.pages import case, mask, queue, registrations, session
from services.review.pages.problem import render_problem
from services.review.use_cases import Review

STAFF = "staff"
DOCUMENT = "/cases/{id}/documents/{document_id}"
AUTHENTICATORS: Mapping[str, Authenticator[Review]] = {STAFF: session.authenticate}

ROUTES: Sequence[Route[Review]] = [
    Route("GET", "/", session.get_root, PUBLIC, CSRF_NONE, "Send staff to the queue"),
    Route("GET", "/sign-in", session.get_sign_in, PUBLIC, CSRF_NONE, "Sign-in page of staff"),
    Route("POST", "/sign-in", session.post_sign_in, PUBLIC, CSRF_FORM, "Sign in with username and password"),
    Route("POST", "/sign-out", session.post_sign_out, PUBLIC, CSRF_FORM, "End the session of this browser"),
    Route("GET", "/queue", queue.get_queue, STAFF, CSRF_NONE, "Cases by status, resubmitted first, then the oldest"),
    Route("GET", "/cases/{id}", case.get_case, STAFF, CSRF_NONE, "One case: images, data, checks and decision"),
    Route("POST", "/cases/{id}/claim", case.post_claim, STAFF, CSRF_FORM, "Claim the case"),
    Route("POST", "/cases/{id}/release", case.post_release, STAFF, CSRF_FORM, "Give the claim back"),
    Route(
        "POST", "/cases/{id}/decision", case.post_decision, STAFF, CSRF_FORM, "Approve, ask for correction or reject"
    ),
    Route("POST", "/cases/{id}/deadline", case.post_deadline, STAFF, CSRF_FORM, "More time for the correction"),
    Route("GET", f"{DOCUMENT}/mask", mask.get_mask, STAFF, CSRF_NONE, "Where to cover an image"),
    Route("POST", f"{DOCUMENT}/mask", mask.post_mask, STAFF, CSRF_FORM, "Cover parts of an image for good"),
    Route(
        "POST", f"{DOCUMENT}/destruction", mask.post_destruction, STAFF, CSRF_FORM, "Destroy an image, ask for another"
    ),
    Route(
        "GET",
        f"{DOCUMENT}/{{rendition}}",
        case.get_rendition,
        STAFF,
        CSRF_NONE,
        "An image of an identity document (reading, screen or thumbnail)",
    ),
    Route("GET", "/registrations", registrations.get_registrations, STAFF, CSRF_NONE, "Which card's notice to stop"),
    Route("POST", "/registrations", registrations.post_registrations, STAFF, CSRF_FORM, "Find the card by its number"),
    Route(
        "POST",
        "/registrations/{registration}/notice",
        registrations.post_notice,
        STAFF,
        CSRF_FORM,
        "Stop the notice before the card expires",
    ),
]

__all__ = ["AUTHENTICATORS", "ROUTES", "render_problem"]
