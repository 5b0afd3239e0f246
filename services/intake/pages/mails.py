"""The mails to the applicant, and the link once more."""

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from chassis.web.languages import gettext
from services.intake.model import standing
from services.intake.model.applications import OURS, SUBMITTED
from services.intake.model.views import ApplicationView
from services.intake.pages import words
from services.intake.pages.frame import application_id, read_fields, see_other
from services.intake.use_cases import Intake, resend_link


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
            gettext(words.MAILS.get(letter.mail.template, words.MAIL)),
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
    await resend_link(intake, application_id(request))
    return see_other("/application?mailed=1#mails")
