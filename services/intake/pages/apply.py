"""The provisional form, its confirmation and its result. What is typed is kept in a draft that a cookie names."""

from collections.abc import Mapping, Sequence

from aiohttp import web

from chassis.errors import Conflict, FieldError, Invalid, NotFound
from chassis.web.cookies import drop_cookie
from chassis.web.languages import gettext
from rules.eligibility import category_allowed, names_municipality
from rules.names import is_unseparated
from rules.understanding import Understood
from services.intake.model.applications import NEW, PROVISIONAL, REPLACEMENT
from services.intake.model.forms import says_yes, understand_form
from services.intake.model.views import Draft
from services.intake.pages import fields, mails, words
from services.intake.pages.begun import about, address_of, draft_at, draft_of_page, remember, result_of_page
from services.intake.pages.fields import Row
from services.intake.pages.form import form_page, read_typed, typed_of
from services.intake.pages.frame import DRAFT, cookie, finish_by, moment, read_fields, see_other, show
from services.intake.use_cases import (
    Intake,
    expected_if_submitted_now,
    find_draft,
    forget_drafts,
    get_application,
    register_draft,
    registered_before,
    resend_link,
    save_draft,
)

#: The pages whose form is kept in a draft.
DRAFTED = ("/apply", "/apply/confirm")


async def get_form(intake: Intake, request: web.Request) -> web.Response:
    """The form, with what was typed before."""
    draft = await draft_of_page(intake, request)
    typed = draft.form if draft else {}
    kind = request.query.get("kind") or typed.get("kind", NEW)
    return form_page(intake, request, {**typed, "kind": kind}, draft)


async def post_form(intake: Intake, request: web.Request) -> web.Response:
    """Keep what was typed; with errors show the form again, else go and confirm. Asked for towns, show those."""
    typed = await read_typed(intake, request)
    saved = await save_draft(intake, await draft_at(request), typed.form, typed.password)
    about(request, saved.draft)
    errors = saved.understanding.errors
    if typed.find:
        response = form_page(intake, request, typed.form, saved.draft, places=typed.places)
    elif errors:
        response = form_page(intake, request, typed.form, saved.draft, errors)
    else:
        response = see_other(address_of("/apply/confirm", saved.draft))
    remember(intake, request, response, saved.token)
    return response


async def keep_typed(
    intake: Intake, request: web.Request, response: web.StreamResponse, sent: Mapping[str, str], language: str
) -> Draft:
    """Keep what was typed, right or wrong, in the draft: its page is about to be opened again in this language."""
    at, typed = await draft_at(request), typed_of(intake, sent)
    draft = await find_draft(intake, at.token, at.id) if at.token and at.id else None
    # The page of the confirmation sends no field of the form.
    form = typed.form if "kind" in sent else draft.form if draft else {}
    saved = await save_draft(intake, at, {**form, "language": language}, typed.password)
    remember(intake, request, response, saved.token)
    return saved.draft


async def get_confirm(intake: Intake, request: web.Request) -> web.Response:
    """Everything as understood, with what changed."""
    draft = await draft_of_page(intake, request)
    if draft is None:
        return see_other("/apply")
    if draft.application_id:
        return see_other(address_of("/apply/done", draft))
    return await _confirm(intake, request, draft)


async def _confirm(
    intake: Intake, request: web.Request, draft: Draft, errors: Sequence[FieldError] = (), status: int = 200
) -> web.Response:
    understanding = understand_form(intake.policy, intake.today, draft.form, password_given=draft.has_password)
    if understanding.errors:
        return form_page(intake, request, draft.form, draft, understanding.errors)
    kind, on = draft.form["kind"], intake.today
    edit = address_of("/apply", draft, {"kind": kind})
    sections = fields.sections(intake.policy, understanding.values, on, edit)
    if kind == REPLACEMENT and "card_number" not in understanding.values:
        # Who has lost the card seldom knows its number.
        sections[0][1].insert(0, Row(fields.label("card_number"), gettext("わからない"), f"{edit}#card_number"))
    if draft.form.get("filled_by") == "guardian":
        sections[0] = (gettext("カードを使うお子さま"), sections[0][1])
    filled_by = Row(gettext("入力した人"), fields.filled_by(draft.form.get("filled_by", "self")), f"{edit}#filled_by")
    password = Row(gettext("パスワード"), gettext("設定済み"), f"{edit}#password")
    wanted = says_yes(draft.form.get("expiry_notice"))
    notice = Row(fields.label("expiry_notice"), fields.expiry_notice(wanted), f"{edit}#expiry_notice")
    values = {
        "kind": kind,
        "procedure": Row(gettext("申請の種類"), gettext(words.KINDS[kind])),
        "button": gettext(words.REGISTER[kind]),
        "sections": [*sections, (gettext("その他"), [notice, filled_by, password])],
        "changed": any(row.changed_from for _, rows in sections for row in rows),
        "questions": _questions(intake, understanding.values),
        "edit": edit,
        "expected_on": await expected_if_submitted_now(intake),
        "email": understanding.values["email"].display,
        "before": await _before(intake, request, understanding.values),
        "errors": errors,
    }
    return show(intake, request, "confirm.html", values, status=status)


async def _before(intake: Intake, request: web.Request, values: Mapping[str, Understood]) -> Mapping[str, str] | None:
    """What was registered for the same person in this browser before: its receipt number, when, and its page."""
    token = cookie(request, DRAFT)
    found = await registered_before(intake, token, values) if token else None
    if found is None:
        return None
    draft, application = found
    return {
        "number": application.receipt_number,
        "at": moment(application.received_at, intake.zone),
        "href": address_of("/apply/done", draft),
    }


async def post_register(intake: Intake, request: web.Request) -> web.Response:
    """Make the draft an application; pressed twice, it is still one. What was changed since is confirmed once more."""
    await read_fields(request, ())
    at = await draft_at(request)
    try:
        await register_draft(intake, at)
    except Invalid as invalid:
        draft = await draft_of_page(intake, request)
        return form_page(intake, request, draft.form if draft else {}, draft, invalid.errors)
    except Conflict as conflict:
        draft = await draft_of_page(intake, request)
        if conflict.code != "stale_draft" or draft is None:
            raise
        return await _confirm(intake, request, draft, [FieldError("", conflict.code, conflict.detail)], conflict.status)
    return see_other(address_of("/apply/done", await draft_of_page(intake, request)))


async def get_done(intake: Intake, request: web.Request) -> web.Response:
    """The result: receipt number, whose mail to expect, what to do next."""
    draft = await result_of_page(intake, request)
    if draft is None:
        return see_other("/sign-in")
    if draft.application_id is None:
        return see_other(address_of("/apply/confirm", draft))
    application = (await get_application(intake, draft.application_id)).application
    if application.status != PROVISIONAL:
        return see_other("/application")
    kind = application.applicant.kind
    values = {
        "application": application,
        "title": gettext(words.REGISTERED[kind]),
        "new_card": kind in (NEW, REPLACEMENT),
        "expected_on": await expected_if_submitted_now(intake),
        "until": finish_by(intake, application.received_at),
        "resent": mails.MAILED in request.query,
        "wait_until": await mails.wait_until(intake, request, application.id),
        "changed": "changed" in request.query,
        "email_page": address_of("/apply/email", draft),
        "proven": application.email_proven_at is not None,
    }
    return show(intake, request, "registered.html", values)


async def post_resend(intake: Intake, request: web.Request) -> web.Response:
    """Mail the link again."""
    await read_fields(request, ())
    draft = await draft_of_page(intake, request)
    if draft is None or draft.application_id is None:
        raise NotFound("draft_not_found")
    mailed = await resend_link(intake, draft.application_id)
    return see_other(address_of("/apply/done", draft, {mails.MAILED if mailed else mails.TOO_EARLY: "1"}))


async def post_forget(intake: Intake, request: web.Request) -> web.Response:
    """Erase all that was typed and make this browser forget it, for those who share it with others."""
    await read_fields(request, ())
    if token := cookie(request, DRAFT):
        await forget_drafts(intake, token)
    response = see_other("/")
    drop_cookie(request, response, DRAFT)
    return response


def _questions(intake: Intake, values: Mapping[str, Understood]) -> list[dict[str, str]]:
    """What a person should look at once more; nothing is changed by itself."""
    questions = [
        {"what": "suggest", "field": field, "typed": value.display, "suggest": value.suggest}
        for field in ("email", "phone")
        if (value := values.get(field)) and value.suggest
    ]
    if "email_old_style" in values["email"].notes:
        questions.append({"what": "old_style", "field": "email"})
    questions += [
        {"what": "no_space", "field": field, "label": fields.label(field), "typed": values[field].display}
        for field in ("name", "guardian_name")
        if field in values and is_unseparated(values[field].display)
    ]
    if "era_boundary" in values["birth_date"].notes:
        questions.append({"what": "era_boundary", "field": "birth_date"})
    address, organisation = (
        values[field].display if field in values else "" for field in ("address", "organisation_address")
    )
    outcomes = category_allowed(intake.policy, values["category"].display, address, organisation, intake.today)
    # An address that names no municipality says nothing against the choice.
    if "check_by_staff" in outcomes and names_municipality(organisation or address):
        questions.append({"what": "category", "field": "category"})
    return questions
