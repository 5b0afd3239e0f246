"""The mails to the applicant, and the link once more."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from aiohttp import web

from chassis.web.languages import gettext
from services.intake.model import standing
from services.intake.model.applications import OURS, SUBMITTED
from services.intake.model.views import ApplicationView
from services.intake.pages import words
from services.intake.pages.frame import application_id, moment, read_fields, see_other
from services.intake.use_cases import Intake, next_link_at, resend_link

#: What an address says after the link was asked for: it is mailed, or one was mailed a moment ago.
MAILED, TOO_EARLY = "mailed", "mailed_before"


@dataclass(frozen=True)
class Sent:
    """One mail; `to` is the address masked, None where it was the address of before."""

    at: datetime
    name: str
    state: str
    to: str | None


def sent(view: ApplicationView) -> list[Sent]:
    """What was mailed, the oldest first."""
    to = standing.masked(view.application.applicant.display("email"))
    return [
        Sent(
            letter.mail.at,
            gettext(words.RESUBMITTED if letter.of_correction else words.MAILS.get(letter.mail.template, words.MAIL)),
            letter.mail.state,
            None if letter.former else to,
        )
        for letter in standing.letters(view.mails, view.timeline)
    ]


def undelivered(view: ApplicationView) -> bool:
    """Whether mails do not arrive."""
    return standing.undelivered(standing.letters(view.mails, view.timeline))


def link_wanted(view: ApplicationView) -> bool:
    """Whether the mail with the link is still good for something."""
    return view.application.status in (*OURS, SUBMITTED)


async def post_link(intake: Intake, request: web.Request) -> web.Response:
    """Mail the link again, to the address of now."""
    await read_fields(request, ())
    mailed = await resend_link(intake, application_id(request))
    return see_other(f"/application?{MAILED if mailed else TOO_EARLY}=1#mails")


async def wait_until(intake: Intake, request: web.Request, application: UUID) -> str | None:
    """Where the link was just asked for too early: from when on it can be, to the minute."""
    at = await next_link_at(intake, application) if TOO_EARLY in request.query else None
    return moment(at + timedelta(seconds=-at.timestamp() % 60), intake.zone) if at else None
