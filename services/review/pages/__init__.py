"""The pages for library staff."""

from collections.abc import Mapping, Sequence

from chassis.web.routes import CSRF_FORM, CSRF_NONE, NOTHING, PUBLIC, Authenticator, Handler, Route
from services.review.pages import case, mask, queue, registrations, session
from services.review.pages.guards import GUARDS
from services.review.pages.problem import render_problem
from services.review.use_cases import Review

STAFF = "staff"
DOCUMENT = "/cases/{id}/documents/{document_id}"
AUTHENTICATORS: Mapping[str, Authenticator[Review]] = {STAFF: session.authenticate}

_CASE = "/cases/{id}"
_REGISTRATION = "/registrations/{registration}"


def _get(path: str, handler: Handler[Review], summary: str) -> Route[Review]:
    return Route("GET", path, handler, STAFF, CSRF_NONE, summary)


def _post(path: str, handler: Handler[Review], summary: str, acts_on: str) -> Route[Review]:
    return Route("POST", path, handler, STAFF, CSRF_FORM, summary, acts_on=acts_on)


ROUTES: Sequence[Route[Review]] = [
    Route("GET", "/", session.get_root, PUBLIC, CSRF_NONE, "Send staff to the queue"),
    Route("GET", "/sign-in", session.get_sign_in, PUBLIC, CSRF_NONE, "Sign-in page of staff"),
    Route(
        "POST",
        "/sign-in",
        session.post_sign_in,
        PUBLIC,
        CSRF_FORM,
        "Sign in with username and password",
        acts_on=NOTHING,
    ),
    Route(
        "POST",
        "/sign-out",
        session.post_sign_out,
        PUBLIC,
        CSRF_FORM,
        "End the session of this browser",
        acts_on="staff",
    ),
    _get("/queue", queue.get_queue, "Cases by status, resubmitted first, then the oldest"),
    _get(_CASE, case.get_case, "One case: images, data, checks and decision"),
    # Of whichever case: the page of one that was just decided offers the next.
    _post(f"{_CASE}/claim", case.post_claim, "Claim the case", "staff"),
    _post(f"{_CASE}/release", case.post_release, "Give the claim back", "case"),
    _post(f"{_CASE}/decision", case.post_decision, "Approve, ask for correction or reject", "case"),
    _post(f"{_CASE}/deadline", case.post_deadline, "More time for the correction", "case"),
    _post(f"{_CASE}/undelivered", case.post_undelivered, "The applicant was told in another way", "case"),
    _get(f"{DOCUMENT}/mask", mask.get_mask, "Where to cover an image"),
    _post(f"{DOCUMENT}/mask", mask.post_mask, "Cover parts of an image for good", "document"),
    _get(f"{DOCUMENT}/destruction", mask.get_destruction, "Whether to destroy an image"),
    _post(f"{DOCUMENT}/destruction", mask.post_destruction, "Destroy an image, ask for another", "document"),
    _get(
        f"{DOCUMENT}/{{rendition}}",
        case.get_rendition,
        "An image of an identity document (reading, screen or thumbnail)",
    ),
    _get("/registrations", registrations.get_registrations, "Which card's notice to stop"),
    _post("/registrations", registrations.post_registrations, "Find the card by its number", "staff"),
    _post(
        f"{_REGISTRATION}/notice",
        registrations.post_notice,
        "Stop the notice before the card expires",
        "registration",
    ),
]

__all__ = ["AUTHENTICATORS", "GUARDS", "ROUTES", "render_problem"]
