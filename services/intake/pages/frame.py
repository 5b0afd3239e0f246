"""What every page has: the library's words, days as people write them, cookies, and one way to go on."""

from collections.abc import Hashable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from aiohttp import web

from chassis.errors import FieldError, Invalid, NotFound, Unauthenticated
from chassis.ids import parse_id
from chassis.web import days
from chassis.web.cookies import cookie_name
from chassis.web.csrf import FIELD as CSRF_TOKEN
from chassis.web.days import day, day_with_year
from chassis.web.forms import read_form
from chassis.web.languages import annotated, gettext, spoken
from chassis.web.routes import PRINCIPAL
from chassis.web.subjects import FIELD as PAGE_OF
from chassis.web.subjects import Subject, is_about, sent_for
from chassis.web.templates import render
from rules import pauses
from rules.policy import Policy
from rules.policy_library import Texts
from services.intake import messages
from services.intake.model.handovers import Handover
from services.intake.model.views import Session
from services.intake.pages import languages
from services.intake.use_cases import Intake, look_at_session, use_session

#: How long before the end of a session its pages say so; WCAG 2.2 asks for 20 seconds at least.
_WARN_SECONDS = 120
DRAFT, SESSION, HANDOVER = "draft", "session", "handover"
#: What pages are about and forms act on, beside a draft.
APPLICATION = "application"
#: Set where this device may only send photographs, and see those that it sent.
HANDED_OVER: web.RequestKey[Handover] = web.RequestKey("handed_over", Handover)
#: How long the person stays signed in.
LASTING: web.RequestKey[Session] = web.RequestKey("session", Session)
#: What every form of ours holds beside its fields.
OWN_FIELDS = (CSRF_TOKEN, PAGE_OF)
#: Why what was sent is refused although nothing is wrong with it: the page shows its form again, and this.
REFUSED: web.RequestKey[FieldError] = web.RequestKey("refused", FieldError)


def show(
    intake: Intake,
    request: web.Request,
    template: str,
    values: Mapping[str, Any],
    *,
    status: int = 200,
    same_for: Hashable = None,
) -> web.Response:
    """The page that `template` makes of `values` and of what every page needs. `same_for` as `render` says."""
    policy = intake.policy
    if REFUSED in request:
        title = gettext("少し時間をおいてください")
        values = {**values, "errors": [request[REFUSED], *values.get("errors", ())], "errors_title": title}
        same_for = None
    common = {
        "policy": policy,
        "t": lambda texts: text_of(policy, texts),
        "day": day,
        "day_with_year": day_with_year,
        "moment": lambda at: moment(at, intake.zone),
        "signed_in": LASTING in request,
        "handed_over": HANDED_OVER in request,
        "warn_seconds": _WARN_SECONDS,
        "session": lasting(intake, request[LASTING]) if LASTING in request else None,
        "pause": pauses.pause_on(policy, intake.today),
        "languages": languages.offered_on(policy, request),
    }
    response = render(request, template, {**common, **values}, status=status, same_for=same_for)
    languages.remember(request, response)
    return response


def text_of(policy: Policy, texts: Texts) -> str:
    """The policy's text in the language of the page."""
    return annotated(policy.text(texts, spoken().code))


def moment(at: datetime, zone: ZoneInfo) -> str:
    """11月28日（土） 9:05, in the library's time zone."""
    return days.moment(at.astimezone(zone))


def finish_by(intake: Intake, received_at: datetime) -> date:
    """The last day to send the documents of an application that was received then."""
    return pauses.finish_by(intake.policy, received_at.astimezone(intake.zone).date())


def draft_seconds(intake: Intake) -> int:
    """How long a browser keeps the name of its draft: as long as there is time to finish it."""
    return (pauses.finish_by(intake.policy, intake.today) - intake.today).days * 86400


def see_other(location: str) -> web.Response:
    """What was posted is done: look there. Refreshing that page posts nothing again."""
    return web.Response(status=303, headers={"Location": location})


def cookie(request: web.Request, name: str) -> str | None:
    """The value of our cookie of this name."""
    return request.cookies.get(cookie_name(request, name))


async def applicant_page(intake: Intake, request: web.Request) -> UUID:
    """Whose page it is: the application that the session cookie opens. Raises Unauthenticated."""
    token = cookie(request, SESSION)
    if token is None:
        raise Unauthenticated("signed_out", messages.text("signed_out"))
    return _opened(request, await use_session(intake, token))


async def looked_at(intake: Intake, request: web.Request) -> UUID:
    """As `applicant_page`, for what is asked without using the session."""
    return _opened(request, await look_at_session(intake, cookie(request, SESSION)))


def _opened(request: web.Request, session: Session) -> UUID:
    request[LASTING] = session
    is_about(request, APPLICATION, Subject(str(session.application_id), session.version, session.receipt_number))
    return session.application_id


def lasting(intake: Intake, session: Session) -> dict[str, Any]:
    """How long the person stays signed in: the seconds left, and whether use makes them more."""
    left = int((session.ends_at - intake.now()).total_seconds())
    return {"seconds": left, "extendable": session.extendable, "last": moment(session.last_at, intake.zone)}


def application_id(request: web.Request) -> UUID:
    """The application of the page, once `applicant_page` has found it."""
    found = request[PRINCIPAL]
    assert isinstance(found, UUID)
    return found


async def shown_version(request: web.Request) -> int:
    """The version of the application that the page showed which sent this; 0, which is none, where it names none."""
    shown = await sent_for(request, APPLICATION)
    return shown.version if shown else 0


def changed_elsewhere() -> FieldError:
    """What is said where something else was shown than there is now."""
    said = gettext(
        "この画面を開いた後で、内容が変わりました。いまの内容をご確認のうえ、よろしければもう一度ボタンを押してください。"
    )
    return FieldError("", "stale_version", said)


async def read_fields(request: web.Request, allowed: tuple[str, ...]) -> dict[str, str]:
    """The form's fields; of a field sent twice the first. Raises Invalid(`unknown_field`), as `read_form` else."""
    sent = await read_form(request)
    unknown = sorted(set(sent) - {*allowed, *OWN_FIELDS})
    if unknown:
        raise Invalid([FieldError(name[:100], "unknown_field", messages.text("unknown_field")) for name in unknown])
    return {name: sent[name] for name in allowed if name in sent}


def uuid_in(request: web.Request, name: str) -> UUID:
    """The id in the page's address. Raises NotFound where it is none."""
    found = parse_id(request.match_info[name])
    if found is None:
        raise NotFound
    return found
