"""One case: images beside the data, who has it, and the decision."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from aiohttp import web

from chassis.clock import today
from chassis.errors import Conflict, FieldError, Invalid
from chassis.web.forms import read_form
from chassis.web.subjects import is_about, sent_for
from rules.policy import Policy
from services.review import use_cases
from services.review.model import CLAIMED, WAITING, CaseView, Staff
from services.review.model.extensions import More
from services.review.noting import REFUSED
from services.review.pages import choices, decision, extension, words
from services.review.pages.decision import Typed
from services.review.pages.facts import changed_fields, facts, late_changes, value_of
from services.review.pages.frame import GUARDED, id_in, page, staff_of, subject_of
from services.review.use_cases import Review

_COUNT = re.compile("[0-9]{1,18}")


async def get_case(review: Review, request: web.Request) -> web.StreamResponse:
    view = await use_cases.view_case(review, id_in(request, "id"), staff_of(request))
    extended = [words.EXTENDED] if "extended" in request.query and view.correct_by else []
    return await _show(review, request, view, notices=extended, just_decided="done" in request.query)


async def post_claim(review: Review, request: web.Request) -> web.StreamResponse:
    case_id = id_in(request, "id")
    try:
        await use_cases.claim(review, case_id, staff_of(request))
    except Conflict as conflict:
        return await _refused(review, request, case_id, conflict, Typed())
    return _to(f"/cases/{case_id}")


async def post_release(review: Review, request: web.Request) -> web.StreamResponse:
    await use_cases.release(review, id_in(request, "id"), staff_of(request))
    return _to("/queue")


async def post_undelivered(review: Review, request: web.Request) -> web.StreamResponse:
    """Staff have told the applicant in another way."""
    case_id, until = id_in(request, "id"), (await read_form(request)).get("until", "")
    await use_cases.see_to_mails(review, case_id, int(until) if _COUNT.fullmatch(until) else 0, staff_of(request))
    return _to(f"/cases/{case_id}")


async def post_decision(review: Review, request: web.Request) -> web.StreamResponse:
    case_id, typed = id_in(request, "id"), decision.read(await read_form(request))
    errors: Sequence[FieldError] = decision.faults(typed)
    if not errors:
        try:
            await use_cases.decide(review, case_id, staff_of(request), decision.decision_of(typed))
        except Invalid as invalid:
            errors = decision.placed(typed, invalid.errors)
        except Conflict as conflict:
            return await _refused(review, request, case_id, conflict, typed)
    if errors:
        view = await use_cases.get_case(review, case_id)
        return await _show(review, request, view, typed, errors=errors, status=422)
    return _to(f"/cases/{case_id}?done=1")


async def post_deadline(review: Review, request: web.Request) -> web.StreamResponse:
    """More time for the correction."""
    case_id = id_in(request, "id")
    typed, day = extension.read(dict(await read_form(request)))
    errors: Sequence[FieldError] = [FieldError("correct_by", "not_a_day")]
    if day is not None:
        try:
            shown = await sent_for(request, "case")
            version = shown.version if shown else 0
            await use_cases.extend(review, case_id, staff_of(request), More(version, day, typed.reason))
        except Invalid as invalid:
            errors = extension.placed(invalid.errors)
        except Conflict as conflict:
            return await _refused(review, request, case_id, conflict, Typed(), extending=typed)
        else:
            return _to(f"/cases/{case_id}?extended=1")
    view = await use_cases.get_case(review, case_id)
    return await _show(review, request, view, errors=errors, extending=typed, status=422)


async def get_rendition(review: Review, request: web.Request) -> web.StreamResponse:
    names = id_in(request, "id"), id_in(request, "document_id"), request.match_info["rendition"]
    image = await use_cases.read_rendition(review, *names, staff_of(request))
    return web.Response(body=image, content_type="image/jpeg", headers={"Cache-Control": "no-store"})


async def refused_by_guard(review: Review, request: web.Request, conflict: Conflict) -> web.StreamResponse:
    """The case with what was typed into another account's page."""
    form = await read_form(request)
    extending, _ = extension.read(dict(form))
    return await _refused(
        review,
        request,
        id_in(request, "id"),
        conflict,
        decision.read(form),
        extending=extending if "correct_by" in form else None,
    )


async def _refused(
    review: Review,
    request: web.Request,
    case_id: UUID,
    conflict: Conflict,
    typed: Typed,
    *,
    extending: extension.Typed | None = None,
) -> web.StreamResponse:
    """The case as it is now, with what was typed, and why nothing was done. A lease that ran out is taken again."""
    staff, view = staff_of(request), await use_cases.get_case(review, case_id)
    request[REFUSED] = conflict.code
    title, body = words.CONFLICTS.get(conflict.code, words.PROBLEMS[409])
    if conflict.code == "not_claimed" and view.case.status == WAITING:
        try:
            await use_cases.claim(review, case_id, staff)
            title, body = words.CLAIMED_AGAIN
        except Conflict:
            pass
        view = await use_cases.get_case(review, case_id)
    if conflict.code in ("held_by_other", *GUARDED) and conflict.detail:
        body = conflict.detail
    notice = {"kind": "error", "title": title, "body": body}
    return await _show(review, request, view, typed, notices=[notice], extending=extending, status=409)


async def _show(
    review: Review,
    request: web.Request,
    view: CaseView,
    typed: Typed | None = None,
    *,
    errors: Sequence[FieldError] = (),
    notices: Sequence[dict[str, str]] = (),
    just_decided: bool = False,
    extending: extension.Typed | None = None,
    status: int = 200,
) -> web.StreamResponse:
    policy, staff = review.policy, staff_of(request)
    is_about(request, "case", subject_of(view))
    day = today(review.now, ZoneInfo(policy.time_zone))
    # A lost card's number is not the one that staff type.
    shown = typed or Typed(card_number="" if view.case.kind == "replacement" else value_of(view, "card_number"))
    dock = _dock(view, staff, shown)
    ended = _ended(view, just_decided) if view.case.status not in (WAITING, CLAIMED) else None
    values: dict[str, Any] = {
        "case": {**facts(policy, view, day), **choices.offered(policy, view, day)},
        "typed": replace(shown, reasons=shown.reasons or {}, notes=shown.notes or {}, verdicts=shown.verdicts or {}),
        "mode": shown.mode,
        "dock": dock,
        "held": _holder(review, view, staff),
        "errors": decision.in_words(errors),
        "summary": decision.in_words(errors, choices.labels(view)),
        "notices": notices,
        "extend": extension.shown(view, extending, day),
        "warnings": _warnings(policy, view),
        "ended": ended,
        "next_case": await _next(review) if ended and just_decided else None,
    }
    return page(review, request, "case.html", values, status=status)


def _dock(view: CaseView, staff: Staff, typed: Typed) -> str:
    """Which foot the page has: forms, a button to claim, or neither. What was typed is never hidden."""
    case = view.case
    if case.status not in (WAITING, CLAIMED):
        return "none"
    if case.claim is not None and case.claim.staff_id == staff.id:
        return "mine"
    if typed.mode != "none":
        return "typed"
    return "free" if case.claim is None else "held"


def _holder(review: Review, view: CaseView, staff: Staff) -> dict[str, str] | None:
    claim = view.case.claim
    if claim is None or claim.staff_id == staff.id:
        return None
    return {"name": claim.username, "until": words.time_of_day(claim.until, review.policy.time_zone)}


def _warnings(policy: Policy, view: CaseView) -> list[dict[str, str]]:
    found = []
    if (changed := changed_fields(view)) and view.case.status in (WAITING, CLAIMED):
        body = f"{changed}。「申請のあと変更」の印のある項目を、書類ともう一度くらべてください。"
        found.append({"kind": "info", "title": "申請者が申請のあとで内容を変えました", "body": body})
    if late := late_changes(policy, view):
        found.append({"kind": "warning", "title": "判定のあとに届いた変更（入っていません）", "body": late})
    if view.undelivered.templates:
        body = f"申請者へのメールが届いていません。電話（{value_of(view, 'phone')}）で連絡してください。"
        found.append(
            {"kind": "warning", "title": "メールが届いていません", "body": body, "until": str(view.undelivered.until)}
        )
    if view.card_unknown and view.case.status in (WAITING, CLAIMED):
        title, body = _unknown_card(view)
        found.append({"kind": "warning", "title": title, "body": body})
    for check in view.checks:
        if check.code == "renewal":
            found.append({"kind": "warning", "title": "更新の受付期間ではありません", "body": check.text})
    return found


def _unknown_card(view: CaseView) -> tuple[str, str]:
    """Why no registration has this card, and what to do before the approval."""
    number = value_of(view, "card_number")
    if not number:
        body = "「同じ人かもしれない登録」か図書館システムで、この人のカードを検索してから、承認してください。"
        return "カード番号が入力されていません", body
    if any(check.outcome == "card_void" for check in view.checks):
        body = f"{number} は前になくしたカードの番号です。いまの番号をご確認ください。このままでは承認できません。"
        return "再発行のため無効になったカード番号です", body
    body = f"図書館システムで {number} の持ち主を確認してから、承認してください。"
    return "このカード番号はこのシステムに登録がありません", body


def _ended(view: CaseView, just_decided: bool) -> dict[str, str]:
    """What became of a case that nobody can decide now."""
    last = view.decisions[-1] if view.decisions else None
    if last is None or view.case.status == "closed":
        return {"kind": "info", "title": "この申請は終わりました", "body": "申請者が取り下げたか、期限が過ぎました。"}
    kind, title, body = words.ENDED[last.decision]
    if last.card_number:
        title += f"　カード番号 {last.card_number}"
    return {"kind": kind if just_decided else "info", "title": title, "body": body}


async def _next(review: Review) -> dict[str, Any] | None:
    waiting = await use_cases.list_cases(review, WAITING, "", limit=1)
    return {"id": waiting.cases[0].case.id} if waiting.cases else None


def _to(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path})
