"""The provisional form as a page: what it asks of whom, with what was typed before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from aiohttp import web

from chassis.errors import FieldError
from chassis.web.languages import gettext, spoken
from chassis.web.typed import kept
from rules.eligibility import suggest_category
from rules.policy import current
from rules.policy_choices import KINDS, Category
from rules.school_years import guardian_from
from rules.understanding import understand
from services.intake.model.applications import NEW
from services.intake.model.forms import needs_guardian
from services.intake.model.towns import with_town
from services.intake.model.views import Draft
from services.intake.pages import fields, keeping, words
from services.intake.pages.begun import address_of
from services.intake.pages.birth_dates import ERAS, Boxes, apart, slip, together
from services.intake.pages.frame import read_fields, show
from services.intake.postal_codes import Places
from services.intake.use_cases import Intake

_BIRTH = ("birth_era", "birth_year", "birth_month", "birth_day")
_KEPT = ("kind", "filled_by", "consent", "expiry_notice", *fields.TYPED)
_SENT = (*tuple(name for name in _KEPT if name != "birth_date"), *_BIRTH, "password", "town", "find")


@dataclass(frozen=True)
class Typed:
    """What a browser sent: `find` where the towns of the postal code are asked for, nothing else yet."""

    form: Mapping[str, str]
    password: str
    places: Places
    find: bool

    @property
    def kind(self) -> str:
        return kind_of(self.form)


async def read_typed(intake: Intake, request: web.Request) -> Typed:
    """The form as it was sent."""
    return typed_of(intake, await read_fields(request, _SENT))


def typed_of(intake: Intake, fields_: Mapping[str, str]) -> Typed:
    """The form of these fields. A town that was chosen, or the only one that was asked for, begins the address."""
    sent = {name: text for name, text in fields_.items() if name in _SENT}
    boxes = Boxes(*(sent.pop(name, "") for name in _BIRTH))
    password, town, find = sent.pop("password", ""), sent.pop("town", ""), sent.pop("find", None) is not None
    code = understand("postal_code", sent.get("postal_code", ""), today=intake.today)
    places = intake.postal_codes.places_of(code) if town or find else Places()
    if find and len(places.towns) == 1:
        town = places.towns[0]
    if town in places.towns:
        sent["address"] = with_town(sent.get("address", ""), town, places.towns)
    form = {**sent, "birth_date": together(boxes), "language": spoken().code}
    return Typed(form, password, places, find)


def form_page(
    intake: Intake,
    request: web.Request,
    typed: Mapping[str, str],
    draft: Draft | None,
    errors: Sequence[FieldError] = (),
    places: Places | None = None,
) -> web.Response:
    """The form. `places`: what was found for the postal code, where that was asked for."""
    policy, on = intake.policy, intake.today
    towns = places.towns if places and len(places.towns) > 1 else ()
    going_on = draft is not None and draft.application_id is None
    values = {
        "kind": kind_of(typed),
        "title": gettext(words.KINDS[kind_of(typed)]),
        "form": {name: typed.get(name, "") for name in _KEPT},
        "birth": apart(typed.get("birth_date", ""))._asdict(),
        "eras": ERAS,
        "guardian_from": guardian_from(on, policy.guardian.through_grade) if policy.guardian.through_grade else None,
        "for_child": typed.get("filled_by") == "guardian",
        "asks_guardian": _asks_guardian(intake, typed, errors),
        "decided": _decided(intake, typed),
        "places": places,
        "towns": [(town, town) for town in towns],
        "town": next((town for town in towns if typed.get("address", "").startswith(town)), ""),
        "choices": {
            "categories": current(policy.categories),
            "lists": fields.residence_lists(policy, intake.today),
            "branches": fields.options(policy, "pickup_branch"),
            "hold_contacts": fields.options(policy, "hold_contact"),
            "guardian_relations": fields.options(policy, "guardian_relation"),
        },
        "records": keeping.kept(policy),
        "has_draft": going_on,
        "has_password": going_on and draft is not None and draft.has_password,
        "registered": address_of("/apply/done", draft) if draft is not None and draft.application_id else None,
        "again": address_of("/apply", draft if going_on else None, {"kind": kind_of(typed)}),
        "kept_until": draft.expires_at.astimezone(intake.zone).date() if draft and going_on else None,
        "draft_kept": "kept" in request.query,
        "family": going_on and "family" in request.query,
        "errors": fields.in_order(_with_cause(error, typed, on) for error in errors),
    }
    # Most who come have typed nothing yet.
    untouched = draft is None and not errors and set(typed) <= {"kind"}
    # Nothing of what else an address says, which may be anything, comes into the page that others get.
    untouched = untouched and list(request.query.items()) in ([], [("kind", kind_of(typed))])
    same_for = (kind_of(typed), on) if untouched and not kept(request) else None
    return show(intake, request, "apply.html", values, status=422 if errors else 200, same_for=same_for)


def kind_of(typed: Mapping[str, str]) -> str:
    """`new` where it is none of ours; whether it is offered is for the use case to say."""
    kind = typed.get("kind", NEW)
    return kind if kind in KINDS else NEW


def _with_cause(error: FieldError, typed: Mapping[str, str], on: date) -> FieldError:
    """The error; of a birth date, with what probably happened."""
    said = slip(typed.get("birth_date", ""), on) if error.field == "birth_date" else None
    return replace(error, message=said) if said else error


def _asks_guardian(intake: Intake, typed: Mapping[str, str], errors: Sequence[FieldError]) -> bool:
    born = understand("birth_date", typed.get("birth_date", ""), today=intake.today)
    needed = needs_guardian(intake.policy, typed.get("category", ""), born.display, intake.today)
    return needed or any(error.field.startswith("guardian_") for error in errors)


def _decided(intake: Intake, typed: Mapping[str, str]) -> Category | None:
    """The category that the addresses lead to, if it is the one chosen: then nobody has to think about it."""
    address, organisation = (
        understand(field, typed.get(field, ""), today=intake.today).display
        for field in ("address", "organisation_address")
    )
    code = suggest_category(intake.policy, address, organisation, intake.today)
    return intake.policy.category(code) if code and code == typed.get("category") else None
