"""Every page in every state that a person can see it in: where it is, who sees it, and what is done there first."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from playwright.async_api import FilePayload, Page

from tests.browser import cast, walk
from tests.browser.cast import LOCKED_OUT, REMINDED, REMINDED_NO_MORE, Role, Stage
from tests.end_to_end.people import photo


@dataclass(frozen=True)
class State:
    """`path` may name the words of the role in braces; `then` is done on the page, with whatever it takes."""

    name: str
    path: str
    who: Callable[[Stage], Awaitable[Role]] = cast.nobody
    then: Callable[[Page], Awaitable[None]] | None = None
    service: str = "intake"
    #: What the first answer says.
    status: int = 200
    #: What one of the answers to `then` says, where it is not that all went well.
    answer: int | None = None
    #: Done elsewhere while the page is open, before `then`.
    meanwhile: Callable[[Stage, Role], Awaitable[None]] | None = None


def pressing(action: str, **typed: str) -> Callable[[Page], Awaitable[None]]:
    """Fill in, and press the main button of the form that posts there."""

    async def type_and_send(page: Page) -> None:
        await walk.fill(page, **typed)
        await walk.send(page, action)

    return type_and_send


async def sign_in_in_vain(page: Page) -> None:
    """Nobody has this address, so nobody is locked out."""
    await walk.fill(page, email=f"{secrets.token_hex(6)}@example.jp", password="wrong password")
    await walk.send(page, "/sign-in")


def too_often(action: str, **typed: str) -> Callable[[Page], Awaitable[None]]:
    """The same once more, where once is enough."""

    async def type_and_send_again(page: Page) -> None:
        asked = page.url
        await walk.fill(page, **typed)
        if await walk.send(page, action) != 429:
            await page.goto(asked)
            await walk.fill(page, **typed)
            await walk.send(page, action)

    return type_and_send_again


def forging(action: str) -> Callable[[Page], Awaitable[None]]:
    """What a page that was open for too long sends."""

    async def forge(page: Page) -> None:
        await page.locator(f'main form[action^="{action}"] [name=csrf_token]').first.evaluate(
            "field => { field.value = 'old' }"
        )
        await walk.send(page, action)

    return forge


async def send_in_vain(page: Page) -> None:
    """The photograph cannot be kept just now; with scripts it is tried again by itself."""
    picture: FilePayload = {"name": "card.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    await page.locator("main input[type=file]").first.set_input_files(picture)
    await page.locator('main form[action^="/application/documents"] .actions button').first.click()
    await page.locator("#photo-said [data-word=again]").wait_for(timeout=60_000)


async def take_back(page: Page) -> None:
    """The first photograph of the list."""
    async with page.expect_navigation():
        await page.locator('main form[action$="/removal"] button').first.click()


async def be_warned(page: Page) -> None:
    """Whoever comes back to the page is told at once how long there is."""
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await page.locator("dialog.lasting-end[open]").wait_for()


async def outdate(page: Page) -> None:
    """Somebody else was faster."""
    older = r"field => { field.value = field.value.replace(/^(application:[^:]+):\d+/, '$1:1') }"
    await page.locator('main form[action="/application/details"] [name=page_of]').evaluate(older)
    await walk.send(page, "/application/details")


async def unfold(page: Page) -> None:
    """Everything that is folded away."""
    folded = page.locator("main details:not([open]) > summary:visible")
    while await folded.count():
        await folded.first.click()


async def no_photo(page: Page) -> None:
    """With scripts the error is said without another page."""
    await page.locator('main form[action^="/application/documents"] .actions button').first.click()
    await page.locator("main .error").first.wait_for()


async def choose(page: Page, mode: str) -> None:
    """One of the three decisions, from the dock at the foot of a case."""
    await page.locator(f"label[for=mode-{mode}]").click()


async def decide_nothing(page: Page, mode: str) -> None:
    await choose(page, mode)
    async with page.expect_navigation():
        await page.locator(f".for-{mode} .dock-foot button").click()


async def stop_notice(page: Page) -> None:
    await walk.fill(page, card_number=REMINDED_NO_MORE)
    await walk.send(page, "/registrations")
    await walk.send(page, "/registrations/")


DOCUMENT = "/application/documents?type=driving_licence&address=current"
APPLICANTS = [
    State("start", "/"),
    State("eligibility", "/eligibility?kind=new"),
    State("eligibility-errors", "/eligibility?kind=new", then=pressing("/eligibility", postal_code="12")),
    State("eligibility-town", "/eligibility?kind=new", then=pressing("/eligibility", postal_code="862-0941")),
    State("eligibility-address", "/eligibility?kind=new", then=pressing("/eligibility", postal_code="999-9999")),
    State("eligibility-work", "/eligibility?kind=new", then=pressing("/eligibility", postal_code="100-0001")),
    State("form", "/apply?kind=new"),
    State("form-errors", "/apply?kind=new", then=pressing("/apply?", email="saki", postal_code="1")),
    State("form-unfolded", "/apply?kind=new", then=unfold),
    State("form-renewal", "/apply?kind=renewal"),
    State("form-change", "/apply?kind=change"),
    State("form-replacement", "/apply?kind=replacement"),
    State("confirm", "/apply/confirm", cast.drafted),
    State("form-kept", "/apply", cast.drafted),
    State("registered", "/apply/done", cast.registered),
    State("resent", "/apply/done?mailed=1", cast.registered),
    State("email", "/apply/email", cast.registered),
    State("email-errors", "/apply/email", cast.registered, pressing("/apply/email", email="saki")),
    State("sign-in", "/sign-in", then=unfold),
    State("sign-in-errors", "/sign-in", then=pressing("/sign-in", application="")),
    State("sign-in-wrong", "/continue/{id}", cast.linked, sign_in_in_vain),
    State("sign-in-linked", "/continue/{id}/{proof}", cast.linked),
    State("sign-in-asked", "/application", status=401),
    State("link-requested", "/link-requests"),
    State("password-request", "/password-resets"),
    State("password-requested", "/password-resets/sent"),
    State("password", "/password/{id}/{token}", cast.linked),
    State("password-errors", "/password/{id}/{token}", cast.linked, pressing("/password/", password="1")),
    State("password-ended", "/password/{id}/ended", cast.linked, status=404),
    State("documents", "/application/documents", cast.provisional, unfold),
    State("documents-warning", "/application/documents?sent={document}", cast.ready),
    State("document-address", "/application/documents?type=driving_licence", cast.provisional),
    State("document", DOCUMENT, cast.provisional),
    State(
        "document-sides",
        "/application/documents?type=eligibility_certificate&side=front&address=old",
        cast.provisional,
    ),
    State("document-errors", "/application/documents?type=passport&address=old", cast.provisional, no_photo),
    State("handover", "/application/documents", cast.provisional, pressing("/application/handover")),
    State("handover-link", "/handover/{token}", cast.handed),
    State("handover-documents", "/handover/{token}", cast.handed, pressing("/handover/")),
    State("handed-over", "/handed-over"),
    State("submission", "/application/confirm", cast.ready),
    State(
        "submission-errors",
        "/application/confirm",
        cast.parting,
        pressing("/application/confirm"),
        answer=409,
        meanwhile=cast.unprove,
    ),
    State("submitted", "/application/done", cast.submitted),
    State("application-provisional", "/application", cast.provisional, unfold),
    State("application-submitted", "/application", cast.submitted, unfold),
    State("application-amended", "/application?amended=1", cast.amended, unfold),
    State("application-settings-saved", "/application?preferences=1", cast.submitted),
    State("application-correcting", "/application", cast.correcting),
    State("application-approved", "/application", cast.approved),
    State("application-rejected", "/application", cast.rejected),
    State("application-withdrawn", "/application", cast.withdrawn),
    State("application-expired", "/application", cast.expired),
    State("card", "/application/card", cast.approved),
    State("details", "/application/details", cast.submitted),
    State("details-errors", "/application/details", cast.submitted, pressing("/application/details", phone="1")),
    State("details-outdated", "/application/details", cast.amended, outdate),
    State("corrections", "/application/corrections", cast.correcting),
    State("corrections-errors", "/application/corrections", cast.correcting, pressing("/application/c", address="")),
    State("corrections-done", "/application/corrections?saved=photo", cast.mended),
    State("corrections-submission", "/application/confirm", cast.mended),
    State("own-data", "/application/data", cast.amended, unfold),
    State("contact", "/application/email", cast.submitted),
    State("contact-errors", "/application/email", cast.submitted, pressing("/application/email", email="saki")),
    State("withdraw", "/application/withdraw", cast.submitted),
    State("erase", "/application/erase", cast.withdrawn),
    State("erased", "/erased"),
    State("session-ends", "/application", cast.leaving, be_warned, meanwhile=cast.idle),
    State("session-ends-for-good", "/application/details", cast.leaving, be_warned, meanwhile=cast.old),
    State("session-ended", "/sign-in?ended=1"),
    State("paused-start", "/", service="intake-paused"),
    State("paused-eligibility", "/eligibility?kind=new", service="intake-paused"),
    State("paused-confirm", "/apply/confirm", cast.drafted, service="intake-paused"),
    State("paused-application", "/application", cast.provisional, unfold, service="intake-paused"),
    State("paused-correcting", "/application", cast.correcting, service="intake-paused"),
    State("paused-sign-in", "/sign-in", service="intake-paused"),
    State(
        "paused-registration",
        "/apply/confirm",
        cast.drafted,
        pressing("/apply/register"),
        "intake-paused",
        answer=503,
    ),
    State(
        "paused-submission",
        "/application/confirm",
        cast.ready,
        pressing("/application/confirm"),
        "intake-paused",
        answer=503,
    ),
    State(
        "eligibility-often",
        "/eligibility?kind=new",
        then=too_often("/eligibility", postal_code="862-0971"),
        service="intake-strict",
        answer=429,
    ),
    State(
        "form-often",
        "/apply?kind=new",
        then=too_often("/apply?", **walk.GROWN_UP),
        service="intake-strict",
        answer=429,
    ),
    State(
        "sign-in-often",
        "/continue/{id}",
        cast.linked,
        too_often("/sign-in", email="saki@example.jp", password="wrong password"),
        "intake-strict",
        answer=429,
    ),
    State(
        "password-request-often",
        "/password-resets",
        then=too_often("/password-resets", email="saki@example.jp"),
        service="intake-strict",
        answer=429,
    ),
    State(
        "contact-often",
        "/application/email",
        cast.submitted,
        too_often("/application/email", email="saki", password="wrong password"),
        "intake-strict",
        answer=429,
    ),
    State("document-away", DOCUMENT, cast.provisional, send_in_vain, "intake-alone", answer=503),
    State("document-away-unscripted", f"{DOCUMENT}&problem=documents_away", cast.provisional),
    State("problem-403", "/eligibility", then=forging("/eligibility"), answer=403),
    State(
        "problem-403-signed-in", "/application/withdraw", cast.submitted, forging("/application/withdraw"), answer=403
    ),
    State("problem-404", "/nothing", status=404),
    State("problem-404-signed-in", "/application/documents/x/screen", cast.provisional, status=404),
    State("problem-405", "/apply/register", status=405),
    State("problem-409", "/application/documents", cast.parting, take_back, answer=409, meanwhile=cast.expire),
    State("problem-429", "/apply/done", cast.registered, too_often("/apply/resend"), "intake-strict", answer=429),
    State(
        "problem-503",
        "/continue/{id}",
        cast.linked,
        pressing("/sign-in", email="saki@example.jp", password="wrong password"),
        "intake-alone",
        answer=503,
    ),
    State(
        "problem-503-signed-in",
        "/application/documents/{document}/screen",
        cast.ready,
        service="intake-alone",
        status=503,
    ),
]
STAFF_MASK = "/cases/{case}/documents/{document}/mask"
STAFF = [
    State("staff-sign-in", "/sign-in?next=/queue", service="review"),
    State(
        "staff-sign-in-errors",
        "/sign-in",
        then=pressing("/sign-in", username="nobody", password="wrong"),
        service="review",
    ),
    State(
        "staff-sign-in-often",
        "/sign-in",
        cast.locked_out,
        pressing("/sign-in", username=LOCKED_OUT, password="wrong password"),
        "review",
        answer=429,
    ),
    State("staff-queue", "/queue", cast.waiting_case, service="review"),
    State("staff-queue-correcting", "/queue?status=correction_requested", cast.correcting_case, service="review"),
    State("staff-queue-search", "/queue?q=0000", cast.waiting_case, service="review", status=422),
    State("staff-queue-ended", "/queue?status=decided", cast.approved_case, service="review"),
    State("staff-case-free", "/cases/{case}", cast.waiting_case, service="review"),
    State("staff-case-mine", "/cases/{case}", cast.claimed_case, service="review"),
    *(
        State(f"staff-case-{mode}", "/cases/{case}", cast.claimed_case, partial(choose, mode=mode), "review")
        for mode in ("approve", "correct", "reject")
    ),
    *(
        State(
            f"staff-case-{mode}-errors",
            "/cases/{case}",
            cast.claimed_case,
            partial(decide_nothing, mode=mode),
            "review",
        )
        for mode in ("correct", "reject")
    ),
    State("staff-case-unmasked", "/cases/{case}", cast.unmasked_case, partial(choose, mode="approve"), "review"),
    State("staff-case-lost", "/cases/{case}", cast.lost_card_case, partial(choose, mode="approve"), "review"),
    State(
        "staff-case-lost-errors",
        "/cases/{case}",
        cast.lost_card_case,
        partial(decide_nothing, mode="approve"),
        "review",
    ),
    State("staff-case-correcting", "/cases/{case}", cast.correcting_case, unfold, service="review"),
    State("staff-case-approved", "/cases/{case}?done=1", cast.approved_case, service="review"),
    State("staff-mask", STAFF_MASK, cast.claimed_case, service="review"),
    State("staff-destruction", STAFF_MASK.replace("/mask", "/destruction"), cast.claimed_case, service="review"),
    State("staff-queue-undelivered", "/queue?status=undelivered", cast.staff, service="review"),
    State("staff-mask-free", STAFF_MASK, cast.waiting_case, service="review"),
    State("staff-registrations", "/registrations", cast.staff, service="review"),
    State(
        "staff-registrations-unknown",
        "/registrations",
        cast.staff,
        pressing("/registrations", card_number="9100000000009"),
        "review",
        answer=422,
    ),
    State(
        "staff-registrations-found",
        "/registrations",
        cast.reminded,
        pressing("/registrations", card_number=REMINDED),
        "review",
    ),
    State("staff-registrations-stopped", "/registrations", cast.reminded_no_more, stop_notice, "review"),
    State("staff-case-away", "/cases/{case}", cast.claimed_case, service="review-alone"),
    State("staff-mask-away", STAFF_MASK, cast.claimed_case, service="review-alone"),
    State("staff-problem-403", STAFF_MASK, cast.claimed_case, forging("/cases/"), "review", answer=403),
    State("staff-problem-404", "/cases/01a20470-0000-7000-8000-000000000000", cast.staff, service="review", status=404),
    State(
        "staff-problem-503",
        "/sign-in",
        then=pressing("/sign-in", username="nobody", password="wrong password"),
        service="review-alone",
        answer=503,
    ),
    State(
        "staff-problem-503-signed-in",
        "/cases/{case}/documents/{document}/screen",
        cast.claimed_case,
        service="review-alone",
        status=503,
    ),
]
