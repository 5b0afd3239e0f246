"""The provisional form, its confirmation and its result. What is typed is kept in a draft that a cookie names."""

from collections.abc import Mapping, Sequence

from aiohttp import web

from chassis.errors import FieldError, Invalid, NotFound
from chassis.web.cookies import drop_cookie, set_cookie
from chassis.web.languages import gettext, spoken
from rules.policy import current
from rules.understanding import Understood
from services.intake.model.applications import NEW, PROVISIONAL, RENEWAL
from services.intake.model.forms import understand_form
from services.intake.model.views import Draft
from services.intake.pages import fields
from services.intake.pages.birth_dates import ERAS, Boxes, apart, together
from services.intake.pages.fields import Row
from services.intake.pages.frame import DRAFT, cookie, finish_by, read_fields, see_other, show
from services.intake.use_cases import (
    Intake,
    find_draft,
    get_application,
    register_draft,
    resend_link,
    save_draft,
)

_BIRTH = ("birth_era", "birth_year", "birth_month", "birth_day")
_KEPT = ("kind", "filled_by", "consent", *fields.TYPED)
#: The pages whose form is kept in a draft.
DRAFTED = ("/apply", "/apply/confirm")
_SENT = (*tuple(name for name in _KEPT if name != "birth_date"), *_BIRTH, "password")


async def get_form(intake: Intake, request: web.Request) -> web.Response:
    """The form, with what was typed before."""
    draft = await _draft(intake, request)
    typed = draft.form if draft else {}
    kind = request.query.get("kind") or typed.get("kind", NEW)
    return _form(intake, request, {**typed, "kind": kind}, draft)


async def post_form(intake: Intake, request: web.Request) -> web.Response:
    """Keep what was typed; with errors show the form again, else go and confirm."""
    form, password = _typed(await read_fields(request, _SENT), spoken().code)
    saved = await save_draft(intake, cookie(request, DRAFT), form, password)
    errors = saved.understanding.errors
    response = _form(intake, request, form, saved.draft, errors) if errors else see_other("/apply/confirm")
    set_cookie(request, response, DRAFT, saved.token, intake.policy.deadlines.provisional_days * 86400)
    return response


async def keep_typed(
    intake: Intake, request: web.Request, response: web.StreamResponse, sent: Mapping[str, str], language: str
) -> None:
    """Keep what was typed, right or wrong, in the draft: its page is about to be opened again."""
    draft = await _draft(intake, request)
    typed, password = _typed({name: sent[name] for name in _SENT if name in sent}, language)
    form = typed if "kind" in sent else {**(draft.form if draft else {}), "language": language}
    saved = await save_draft(intake, cookie(request, DRAFT), form, password)
    set_cookie(request, response, DRAFT, saved.token, intake.policy.deadlines.provisional_days * 86400)


def _typed(sent: Mapping[str, str], language: str) -> tuple[dict[str, str], str]:
    """The form, with one birth date from its boxes, and the password, which is never among the rest."""
    boxes = Boxes(*(sent.get(name, "") for name in _BIRTH))
    form = {name: text for name, text in sent.items() if name not in (*_BIRTH, "password")}
    return {**form, "birth_date": together(boxes), "language": language}, sent.get("password", "")


async def get_confirm(intake: Intake, request: web.Request) -> web.Response:
    """Everything as understood, with what changed."""
    draft = await _draft(intake, request)
    if draft is None:
        return see_other("/apply")
    if draft.application_id:
        return see_other("/apply/done")
    understanding = understand_form(intake.policy, intake.today, draft.form, password_given=draft.has_password)
    if understanding.errors:
        return _form(intake, request, draft.form, draft, understanding.errors)
    kind, on = draft.form["kind"], intake.today
    edit = f"/apply?kind={kind}"
    sections = fields.sections(intake.policy, understanding.values, on, edit)
    filled_by = Row(gettext("入力した人"), fields.filled_by(draft.form.get("filled_by", "self")), f"{edit}#filled_by")
    password = Row(gettext("パスワード"), gettext("設定済みです"), f"{edit}#password")
    values = {
        "kind": kind,
        "sections": [*sections, (gettext("そのほか"), [filled_by, password])],
        "changed": any(row.changed_from for _, rows in sections for row in rows),
        "questions": _questions(understanding.values, edit),
        "email": understanding.values["email"].display,
    }
    return show(intake, request, "confirm.html", values)


async def post_register(intake: Intake, request: web.Request) -> web.Response:
    """Make the draft an application; pressed twice, it is still one."""
    await read_fields(request, ())
    token = cookie(request, DRAFT)
    if token is None:
        raise NotFound("draft_not_found")
    try:
        await register_draft(intake, token)
    except Invalid as invalid:
        draft = await find_draft(intake, token)
        return _form(intake, request, draft.form if draft else {}, draft, invalid.errors)
    return see_other("/apply/done")


async def get_done(intake: Intake, request: web.Request) -> web.Response:
    """The result: receipt number, whose mail to expect, what to do next."""
    draft = await _draft(intake, request)
    if draft is None:
        return see_other("/sign-in")
    if draft.application_id is None:
        return see_other("/apply/confirm")
    application = (await get_application(intake, draft.application_id)).application
    if application.status != PROVISIONAL:
        return see_other("/application")
    values = {
        "application": application,
        "until": finish_by(intake, application.received_at),
        "resent": "resent" in request.query,
    }
    return show(intake, request, "registered.html", values)


async def post_resend(intake: Intake, request: web.Request) -> web.Response:
    """Mail the link again."""
    await read_fields(request, ())
    draft = await _draft(intake, request)
    if draft is None or draft.application_id is None:
        raise NotFound("draft_not_found")
    await resend_link(intake, draft.application_id)
    return see_other("/apply/done?resent=1")


async def post_forget(intake: Intake, request: web.Request) -> web.Response:
    """Make this browser forget the draft, for those who share it with others."""
    await read_fields(request, ())
    response = see_other("/")
    drop_cookie(request, response, DRAFT)
    return response


async def _draft(intake: Intake, request: web.Request) -> Draft | None:
    token = cookie(request, DRAFT)
    return await find_draft(intake, token) if token else None


def _form(
    intake: Intake,
    request: web.Request,
    typed: Mapping[str, str],
    draft: Draft | None,
    errors: Sequence[FieldError] = (),
) -> web.Response:
    policy = intake.policy
    kind = typed.get("kind", NEW)
    needed = {
        code for category in current(policy.categories) for code in category.lists if category.basis == "residence"
    }
    values = {
        "kind": kind if kind in (NEW, RENEWAL) else NEW,
        "form": {name: typed.get(name, "") for name in _KEPT},
        "birth": apart(typed.get("birth_date", ""))._asdict(),
        "eras": ERAS,
        "choices": {
            "categories": current(policy.categories),
            "lists": [each for each in policy.municipality_lists if each.code in needed],
            "branches": fields.options(policy, "pickup_branch"),
            "hold_contacts": fields.options(policy, "hold_contact"),
            "guardian_relations": fields.options(policy, "guardian_relation"),
        },
        "has_draft": draft is not None and draft.application_id is None,
        "has_password": draft is not None and draft.application_id is None and draft.has_password,
        "registered": draft is not None and draft.application_id is not None,
        "errors": fields.in_order(errors),
    }
    return show(intake, request, "apply.html", values, status=422 if errors else 200)


def _questions(values: Mapping[str, Understood], edit: str) -> list[dict[str, str]]:
    """What a person should look at once more; nothing is changed by itself."""
    questions = []
    for field in ("email", "phone"):
        value = values.get(field)
        if value and value.suggest:
            questions.append(
                {
                    "title": gettext("もしかして %(suggest)s ですか") % {"suggest": value.suggest},
                    "body": gettext("入力：%(typed)s　まちがいがなければ、このままお進みください。")
                    % {"typed": value.display},
                    "href": f"{edit}#{field}",
                }
            )
    if "email_old_style" in values["email"].notes:
        questions.append(
            {
                "title": gettext("メールが届かないことがあります"),
                "body": gettext("古い形式のメールアドレスです。別のメールアドレスがあれば、そちらをお使いください。"),
                "href": f"{edit}#email",
            }
        )
    return questions
