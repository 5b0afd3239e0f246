"""The applicant's application: where it stands, what comes next, and taking it back."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from aiohttp import web

from chassis.errors import Conflict, FieldError, Invalid
from chassis.web import typed
from chassis.web.days import day
from chassis.web.languages import gettext, ngettext
from services.intake.model.applications import (
    APPROVED,
    CORRECTION_REQUESTED,
    ENDED,
    NEW,
    OURS,
    PROVISIONAL,
    REPLACEMENT,
    SUBMITTED,
    Application,
    Reason,
)
from services.intake.model.forms import says_yes
from services.intake.model.standing import images_go_on
from services.intake.model.views import ApplicationView
from services.intake.pages import asked, fields, mails, photos, preferences, words
from services.intake.pages.fields import rejection_text
from services.intake.pages.frame import (
    application_id,
    changed_elsewhere,
    finish_by,
    moment,
    read_fields,
    see_other,
    show,
    shown_version,
)
from services.intake.pages.leaving import forget
from services.intake.use_cases import Intake, change_preferences, erase_own, get_application, withdraw
from services.intake.use_cases.standing import place_in_queue

#: Where the settings are on the page, and what its address says once they are kept.
_SAVED = "preferences"


async def get_application_page(intake: Intake, request: web.Request) -> web.Response:
    """State, timeline, expected day, and what to do next."""
    return await _page(intake, request)


async def post_preferences(intake: Intake, request: web.Request) -> web.Response:
    """Keep how the person wants to be written to; a box that is not ticked is not sent."""
    form = await read_fields(request, ("language", "expiry_notice"))
    wanted = says_yes(form.get("expiry_notice"))
    version = await shown_version(request)
    try:
        await change_preferences(intake, application_id(request), form.get("language"), wanted, version)
    except Invalid as invalid:
        return await _page(intake, request, invalid.errors, invalid.status)
    except Conflict as conflict:
        typed.keep_here(request, form.items())
        return await _page(intake, request, [changed_elsewhere()], conflict.status)
    return see_other(f"/application?{_SAVED}=1#{_SAVED}")


async def _page(
    intake: Intake, request: web.Request, errors: Sequence[FieldError] = (), status: int = 200
) -> web.Response:
    view = await get_application(intake, application_id(request))
    application = view.application
    values = {
        "view": view,
        "application": application,
        "completed": gettext(words.COMPLETED[application.applicant.kind]),
        "new_card": application.applicant.kind in (NEW, REPLACEMENT),
        "until": finish_by(intake, application.received_at),
        "ready": not view.missing and not view.missing_sides,
        "rejection": [_rejection(intake, reason) for reason in application.rejection],
        "timeline": _timeline(intake, view),
        "documents": photos.shown(intake.policy, view.documents),
        "retention": _retention(intake, application),
        "rows": fields.settled(
            intake.policy, application.applicant.values, intake.today, "/application/details", _mendable(view)
        ),
        "changes": fields.changed(intake.policy, view.changed, intake.today),
        "missed": fields.changed(intake.policy, view.missed, intake.today),
        "amended": "amended" in request.query,
        "late": "late" in request.query,
        "mendable": bool(_mendable(view)),
        "place": await place_in_queue(intake, application.id),
        "asked": asked.asked(intake, view),
        "preferences": preferences.chosen(intake.policy, application),
        "preferences_saved": _SAVED in request.query,
        "mails": mails.sent(view),
        "undelivered": mails.undelivered(view),
        "link_wanted": mails.link_wanted(view),
        "mailed": mails.MAILED in request.query,
        "wait_until": await mails.wait_until(intake, request, application.id),
        "changed": "changed" in request.query,
        "ended": application.status in ENDED,
        "erase_on": _erase_on(intake, application),
        "open": application.status in (*OURS, SUBMITTED) and application.withdrawal_requested_at is None,
        "errors": fields.in_order(errors),
    }
    return show(intake, request, "application.html", values, status=status)


async def get_withdraw(intake: Intake, request: web.Request) -> web.Response:
    view = await get_application(intake, application_id(request))
    if view.application.status not in (*OURS, SUBMITTED):
        return see_other("/application")
    return show(intake, request, "withdraw.html", {"application": view.application})


async def post_withdraw(intake: Intake, request: web.Request) -> web.Response:
    """Withdraw; whoever comes too late sees on the next page how it ended."""
    await read_fields(request, ())
    try:
        await withdraw(intake, application_id(request))
    except Conflict as conflict:
        if conflict.code != "wrong_state":
            raise
    return see_other("/application")


async def get_erase(intake: Intake, request: web.Request) -> web.Response:
    """Erase everything?"""
    return await _ask_to_erase(intake, request)


async def _ask_to_erase(
    intake: Intake, request: web.Request, errors: Sequence[FieldError] = (), status: int = 200
) -> web.Response:
    view = await get_application(intake, application_id(request))
    if view.application.status not in ENDED:
        return see_other("/application")
    return show(intake, request, "erase.html", {"application": view.application, "errors": errors}, status=status)


async def post_erase(intake: Intake, request: web.Request) -> web.Response:
    await read_fields(request, ())
    try:
        await erase_own(intake, application_id(request), await shown_version(request))
    except Conflict as conflict:
        if conflict.code == "wrong_state":
            return see_other("/application")
        return await _ask_to_erase(intake, request, [changed_elsewhere()], conflict.status)
    response = see_other("/erased")
    forget(request, response)
    return response


async def get_erased(intake: Intake, request: web.Request) -> web.Response:
    return show(intake, request, "erased.html", {})


def _rejection(intake: Intake, reason: Reason) -> dict[str, str | None]:
    return {"text": rejection_text(intake.policy, reason), "note": reason.note}


def _mendable(view: ApplicationView) -> tuple[str, ...]:
    """The fields that may be changed on the page of the details."""
    return () if view.application.status == CORRECTION_REQUESTED else view.open_fields


def _timeline(intake: Intake, view: ApplicationView) -> list[dict[str, Any]]:
    """What has been, what is now, and what is still to come."""
    done = [
        {
            "title": gettext(words.told(entry.what, view.application.applicant.kind)),
            "state": "failed" if entry.what == "rejected" else "done",
            "time": moment(entry.at, intake.zone),
            "datetime": entry.at.isoformat(),
        }
        for entry in view.timeline
    ]
    return done + coming(view)


def coming(view: ApplicationView) -> list[dict[str, Any]]:
    """What is now, and what is still to come."""
    status = view.application.status
    steps: list[dict[str, Any]] = []
    if status == PROVISIONAL:
        steps.append({"title": gettext("本人確認書類の写真を送って申請する"), "state": "now"})
    elif status == CORRECTION_REQUESTED:
        steps.append({"title": gettext("修正して送る"), "state": "now"})
    elif status == APPROVED and view.registration is None:
        return [{"title": gettext("貸出カード番号の準備"), "state": "now"}]
    elif view.application.withdrawal_requested_at and status == SUBMITTED:
        return [{"title": gettext("図書館の職員が取り下げを確認"), "state": "now"}]
    elif status == SUBMITTED:
        when = gettext("目安：%(day)sごろまで") % {"day": day(view.expected_on)} if view.expected_on else None
        steps.append({"title": gettext("図書館の職員が内容を確認"), "state": "now", "time": when})
    else:
        return []
    if status != SUBMITTED:
        steps.append({"title": gettext("図書館の職員が内容を確認")})
    return [*steps, {"title": gettext(words.RESULT_MAILED[view.application.applicant.kind])}]


def _erase_on(intake: Intake, application: Application) -> date | None:
    """The day on which what is known of the applicant goes."""
    if application.ended_at is None:
        return None
    days: int = getattr(intake.policy.retention.applications, application.status)
    return application.ended_at.astimezone(intake.zone).date() + timedelta(days=days)


def _retention(intake: Intake, application: Application) -> str:
    """When the images go; nobody needs to ask."""
    gone = images_go_on(intake.policy, intake.zone, application)
    if gone is None:
        days = intake.policy.retention.images.approved
        return ngettext(
            "写真は、本登録の%(num)s日後に消去します。", "写真は、本登録の%(num)s日後に消去します。", days
        ) % {"num": days}
    if gone <= intake.today:
        return gettext("写真は、まもなく消去します。")
    return gettext("写真は、%(day)sに消去します。") % {"day": day(gone)}
