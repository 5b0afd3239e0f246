"""The first question: whether one may have a card. Asked before anything else is typed, and answered at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from aiohttp import web

from chassis.errors import FieldError
from chassis.web import typed as kept_fields
from chassis.web.languages import gettext, spoken
from rules.policy import current
from rules.understanding import Understood, understand
from services.intake import messages
from services.intake.model import eligibility
from services.intake.model.applications import NEW
from services.intake.model.eligibility import ASK_AFFILIATION, ASK_ORGANISATION, ELIGIBLE, NEITHER, NOT_ELIGIBLE, UNSURE
from services.intake.model.forms import is_blank
from services.intake.model.towns import with_town
from services.intake.model.views import DraftAt
from services.intake.pages import words
from services.intake.pages.begun import address_of, draft_at, draft_of_page, remember
from services.intake.pages.fields import affiliation_lists, names, residence_lists
from services.intake.pages.form import kind_of
from services.intake.pages.frame import read_fields, see_other, show
from services.intake.postal_codes import Places
from services.intake.use_cases import Intake, find_draft, keep_in_draft

_SENT = ("kind", "postal_code", "town", "address", "affiliation", "organisation", "asked", "mend")
ASK_TOWN, ASK_ADDRESS, ASK_POSTAL_CODE = "ask_town", "ask_address", "ask_postal_code"
_ASKS_AFFILIATION = (ASK_AFFILIATION, ASK_ORGANISATION, NOT_ELIGIBLE)
_UNANSWERED = {
    ASK_AFFILIATION: ("affiliation", "affiliation_required"),
    ASK_ORGANISATION: ("organisation", "organisation_place_required"),
}


@dataclass(frozen=True)
class _Found:
    """How it stands: `home` is where one lives as far as it is known, `state` what is asked or said next."""

    state: str
    category: str = ""
    home: str = ""
    towns: tuple[str, ...] = ()
    organisation: Mapping[str, str] | None = None
    error: FieldError | None = None


async def get_eligibility(intake: Intake, request: web.Request) -> web.Response:
    """The question, with the postal code that was typed before; as it stood where only its language was changed."""
    if kept := {name: text for name, text in kept_fields.kept(request) if name in _SENT}:
        asked = kept.get("asked", "")
        state = asked if asked in (ASK_TOWN, ASK_ADDRESS, *_ASKS_AFFILIATION) else ASK_POSTAL_CODE
        return _page(intake, request, kept, replace(_look(intake, kept), state=state, error=None))
    draft = await draft_of_page(intake, request)
    form = {"kind": request.query.get("kind", NEW), "postal_code": draft.form.get("postal_code", "") if draft else ""}
    return _page(intake, request, form, _Found(ASK_POSTAL_CODE))


async def post_eligibility(intake: Intake, request: web.Request) -> web.Response:
    """Say at once who cannot have a card; ask on where more must be known; else go to the form with what is known."""
    form = await read_fields(request, _SENT)
    found = _stands(intake, form)
    if found.state not in (ELIGIBLE, UNSURE):
        return _page(intake, request, form, found)
    at = await draft_at(request)
    draft = await find_draft(intake, at.token, at.id) if at.token and at.id else None
    earlier = draft.form if draft else {}
    same = earlier.get("postal_code") == form.get("postal_code", "")
    if earlier.get("name") and not same:
        # Somebody else, perhaps: what was typed for the one before stays as it is.
        at = DraftAt(at.token)
    address = with_town(earlier.get("address", "") if same else "", found.home, found.towns)
    known = {
        "kind": kind_of(form),
        "postal_code": form.get("postal_code", ""),
        "address": address,
        "category": found.category,
        "language": spoken().code,
        **(found.organisation or {}),
    }
    kept = await keep_in_draft(intake, at, known)
    response = see_other(address_of("/apply", kept.draft, {"kind": kind_of(form)}))
    remember(intake, request, response, kept.token)
    return response


async def show_again(intake: Intake, request: web.Request) -> web.Response:
    """The same question, with what was answered so far."""
    form = await read_fields(request, _SENT)
    return _page(intake, request, form, _stands(intake, form))


def _stands(intake: Intake, form: Mapping[str, str]) -> _Found:
    """How it stands; where one lives is asked anew where it was pressed to mend that, with what was typed."""
    found = _look(intake, form)
    if "mend" not in form:
        return found
    state = ASK_TOWN if len(found.towns) > 1 else ASK_ADDRESS if form.get("address") else ASK_POSTAL_CODE
    return replace(found, state=state, error=None)


def _look(intake: Intake, form: Mapping[str, str]) -> _Found:
    code = understand("postal_code", form.get("postal_code", ""), today=intake.today)
    places = intake.postal_codes.places_of(code)
    typed = understand("address", form.get("address", ""), today=intake.today)
    asked = form.get("asked")
    if not places.towns and (typed.error or not typed.display):
        return _without_place(code, places, typed, asked)
    town = form.get("town", "")
    if len(places.towns) > 1 and town not in places.towns:
        error = _error("town", "town_required") if asked == ASK_TOWN else None
        return _Found(ASK_TOWN, towns=places.towns, error=error)
    if len(places.towns) == 1:
        town = places.towns[0]
    home = town if places.towns else typed.display
    return _stand(intake, form, home, places.towns)


def _without_place(code: Understood, places: Places, typed: Understood, asked: str | None) -> _Found:
    """Neither the postal code nor anything else says where one lives."""
    if code.error:
        return _Found(ASK_POSTAL_CODE, error=_error("postal_code", code.error, "、".join(code.notes)))
    if places.offices:
        return _Found(ASK_ADDRESS, error=_error("postal_code", "postal_office", places.offices[0].name))
    wrong = typed.error or "required"
    error = _error("address", wrong, "、".join(typed.notes)) if wrong != "required" or asked == ASK_ADDRESS else None
    return _Found(ASK_ADDRESS, error=error)


def _stand(intake: Intake, form: Mapping[str, str], home: str, towns: tuple[str, ...]) -> _Found:
    affiliation = form.get("affiliation", "")
    places, organisation = _organisation(intake, form.get("organisation", ""))
    now = eligibility.standing(intake.policy, intake.today, home, affiliation, places)
    seen = form.get("asked") in _ASKS_AFFILIATION
    error = _error(*_UNANSWERED[now.state]) if seen and now.state in _UNANSWERED else None
    used = organisation if now.category and affiliation not in ("", NEITHER) else None
    return _Found(now.state, now.category or "", home, towns, used, error)


def _organisation(intake: Intake, typed: str) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """The places that may be meant by an address or a postal code, and what the form can be filled with."""
    if is_blank(typed):
        return (), {}
    places = intake.postal_codes.places_of(understand("postal_code", typed, today=intake.today))
    if len(places.offices) == 1:
        office = places.offices[0]
        return (office.address,), {"organisation_name": office.name, "organisation_address": office.address}
    found = (*places.towns, *(office.address for office in places.offices))
    if found:
        return found, {"organisation_address": found[0]} if len(found) == 1 else {}
    address = understand("address", typed, today=intake.today)
    return ((address.display,), {"organisation_address": typed}) if address.display else ((), {})


def _page(intake: Intake, request: web.Request, form: Mapping[str, str], found: _Found) -> web.Response:
    policy = intake.policy
    values = {
        "kind": kind_of(form),
        "procedure": gettext(words.KINDS[kind_of(form)]),
        "form": {name: form.get(name, "") for name in _SENT},
        "found": found,
        "towns": [(town, town) for town in found.towns],
        "not_eligible": found.state == NOT_ELIGIBLE,
        "asks_address": found.state == ASK_ADDRESS or bool(form.get("address")),
        "asks_affiliation": found.state in _ASKS_AFFILIATION and bool(eligibility.affiliations(policy)),
        "affiliations": eligibility.affiliations(policy),
        "area": names(policy, (each.name for each in affiliation_lists(policy, intake.today))),
        "categories": current(policy.categories),
        "lists": residence_lists(policy, intake.today),
        "errors": [found.error] if found.error else [],
    }
    return show(intake, request, "eligibility.html", values, status=422 if found.error else 200)


def _error(field: str, code: str, detail: str = "") -> FieldError:
    return FieldError(field, code, messages.text(code, field, detail))
