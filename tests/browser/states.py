"""Every page in every state that a person can see it in: where it is, who sees it, and what is done there first."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from playwright.async_api import Page

from tests.browser import cast, walk
from tests.browser.cast import Role, Stage


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


async def forge(page: Page) -> None:
    """What a page that was open for too long sends."""
    await page.locator("main [name=csrf_token]").first.evaluate("field => { field.value = 'old' }")
    await walk.send(page, "/eligibility")


async def outdate(page: Page) -> None:
    """Somebody else was faster."""
    await page.locator("main [name=version]").first.evaluate("field => { field.value = '1' }")
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


async def withdraw_twice(page: Page) -> None:
    """The page was open while the application ended elsewhere: here, in another tab."""
    other = await page.context.new_page()
    await other.goto(page.url)
    await walk.send(other, "/application/withdraw")
    await other.close()
    await walk.send(page, "/application/withdraw")


async def choose(page: Page, mode: str) -> None:
    """One of the three decisions, from the dock at the foot of a case."""
    await page.locator(f"label[for=mode-{mode}]").click()


async def decide_nothing(page: Page, mode: str) -> None:
    await choose(page, mode)
    async with page.expect_navigation():
        await page.locator(f".for-{mode} .dock-foot button").click()


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
    State("document", "/application/documents?type=driving_licence&address=current", cast.provisional),
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
    State("submission-errors", "/application/confirm", cast.provisional),
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
    State("corrections-done", "/application/corrections?saved=1", cast.mended),
    State("corrections-submission", "/application/confirm", cast.mended),
    State("own-data", "/application/data", cast.amended, unfold),
    State("contact", "/application/email", cast.submitted),
    State("contact-errors", "/application/email", cast.submitted, pressing("/application/email", email="saki")),
    State("withdraw", "/application/withdraw", cast.submitted),
    State("erase", "/application/erase", cast.withdrawn),
    State("erased", "/erased"),
    State("problem-403", "/eligibility", then=forge),
    State("problem-404", "/nothing", status=404),
    State("problem-404-signed-in", "/application/documents/x/screen", cast.provisional, status=404),
    State("problem-409", "/application/withdraw", cast.leaving, withdraw_twice),
]
STAFF = [
    State("staff-sign-in", "/sign-in?next=/queue", service="review"),
    State(
        "staff-sign-in-errors",
        "/sign-in",
        then=pressing("/sign-in", username="nobody", password="wrong"),
        service="review",
    ),
    State("staff-queue", "/queue", cast.waiting_case, service="review"),
    State("staff-queue-correcting", "/queue?status=correction_requested", cast.correcting_case, service="review"),
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
    State("staff-case-correcting", "/cases/{case}", cast.correcting_case, unfold, service="review"),
    State("staff-case-approved", "/cases/{case}?done=1", cast.approved_case, service="review"),
    State("staff-mask", "/cases/{case}/documents/{document}/mask", cast.claimed_case, service="review"),
    State("staff-mask-free", "/cases/{case}/documents/{document}/mask", cast.waiting_case, service="review"),
    State("staff-problem-404", "/cases/01a20470-0000-7000-8000-000000000000", cast.staff, service="review", status=404),
]
