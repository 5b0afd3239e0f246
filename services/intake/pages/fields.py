"""The fields of the form: their names, what may be chosen, and how a value is shown."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from chassis.errors import FieldError
from chassis.web.days import day_with_year
from chassis.web.languages import SOURCE, gettext, spoken
from chassis.web.languages import marked as _
from rules import dates, text
from rules.eligibility import in_force
from rules.policy import Policy, current
from rules.policy_choices import Branch, Category, MunicipalityList, Named
from rules.policy_library import Texts
from rules.understanding import Understood
from services.intake import messages
from services.intake.messages import FIELD_NAMES, field_name
from services.intake.model.applications import Change, Reason
from services.intake.model.eligibility import RESIDENCE
from services.intake.pages import words
from services.intake.pages.birth_dates import is_together
from services.intake.pages.frame import text_of

#: What a person types or chooses, in the order of the page.
TYPED = (
    "card_number",
    "name",
    "kana",
    "birth_date",
    "guardian_name",
    "guardian_relation",
    "postal_code",
    "address",
    "phone",
    "email",
    "category",
    "organisation_name",
    "organisation_address",
    "pickup_branch",
    "hold_contact",
)
_SECTIONS = (
    (_("カードを使う方"), ("card_number", "name", "kana", "birth_date", "guardian_name", "guardian_relation")),
    (_("住所と連絡先"), ("postal_code", "address", "phone", "email")),
    (_("利用区分"), ("category", "organisation_name", "organisation_address")),
    (_("本を予約したとき"), ("pickup_branch", "hold_contact")),
)


#: Needed only by some; the rules say by whom.
MAY_BE_BLANK = (
    "card_number",
    "kana",
    "guardian_name",
    "guardian_relation",
    "organisation_name",
    "organisation_address",
)
#: Typed as it stands in Japanese papers, in whatever language the page is: other fonts would draw other letters.
IN_JAPANESE = ("name", "kana", "guardian_name", "address", "organisation_name", "organisation_address")
_LEADING_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
_CHOSEN = ("category", "pickup_branch", "hold_contact", "guardian_relation")
HINTS = {
    "birth_date": _("例：昭和31年4月1日、1956年4月1日"),
    "kana": _("ひらがなでもかまいません。"),
    "guardian_name": _("中学生以下の方だけ"),
    "guardian_relation": _("中学生以下の方だけ"),
    "organisation_name": _("通勤・通学の方だけ"),
    "organisation_address": _("通勤・通学の方だけ"),
}


@dataclass(frozen=True)
class Row:
    """One line of what was said; `changed_from` is what was typed where it is shown otherwise now."""

    key: str
    value: str
    href: str | None = None
    changed_from: str | None = None
    #: Of the value, where it may be another than the page's.
    lang: str | None = None


def entries(policy: Policy, field: str) -> tuple[Branch | Category | Named, ...]:
    """What may be chosen for this field, retired ones included; () where it is typed."""
    found: Mapping[str, tuple[Branch | Category | Named, ...]] = {
        "category": policy.categories,
        "pickup_branch": tuple(branch for branch in policy.branches if branch.pickup),
        "hold_contact": policy.hold_contacts,
        "guardian_relation": policy.guardian_relations,
    }
    return found.get(field, ())


def options(policy: Policy, field: str) -> list[tuple[str, str]]:
    """(code, name) of all that may be chosen today."""
    return [(each.code, text_of(policy, each.name)) for each in current(entries(policy, field))]


def residence_lists(policy: Policy, on: date) -> list[MunicipalityList]:
    """The lists in force of those who may have a card because they live there."""
    return _lists(policy, [each for each in current(policy.categories) if each.basis == RESIDENCE], on)


def affiliation_lists(policy: Policy, on: date) -> list[MunicipalityList]:
    """The lists in force of those who may have a card because they work or study there."""
    return _lists(policy, [each for each in current(policy.categories) if each.basis != RESIDENCE], on)


def _lists(policy: Policy, categories: Iterable[Category], on: date) -> list[MunicipalityList]:
    needed = {code for category in categories for code in category.lists}
    return [each for each in policy.municipality_lists if each.code in needed and in_force(each, on)]


def names(policy: Policy, of: Iterable[Texts]) -> str:
    """The names, as a sentence lists them."""
    return gettext("、").join(text_of(policy, each) for each in of)


def shown(policy: Policy, field: str, value: Understood, on: date) -> str:
    """The value as it will be registered, for people to read."""
    for each in entries(policy, field):
        if each.code == value.display:
            return text_of(policy, each.name)
    if field == "birth_date" and value.display:
        born = date.fromisoformat(value.display)
        return _birth_date(born, on)
    return value.display


def _birth_date(born: date, on: date) -> str:
    said = {"day": day_with_year(born), "era": dates.in_japanese_era(born), "age": dates.age(born, on)}
    # Japanese eras are for those who count in them.
    if spoken().code == SOURCE:
        return gettext("%(day)s（%(era)s、%(age)s歳）") % said
    return gettext("%(day)s（%(age)s歳）") % said


def row(policy: Policy, field: str, value: Understood, on: date, edit: str) -> Row:
    """One field as typed and as understood; `edit` is the page where it can be changed."""
    typed = _changed_from(policy, field, value)
    return Row(label(field), shown(policy, field, value, on), f"{edit}#{field}", typed, _lang(field))


def settled(
    policy: Policy,
    values: Mapping[str, Understood],
    on: date,
    edit: str = "",
    editable: Collection[str] = (),
    elsewhere: Mapping[str, str] = MappingProxyType({}),
) -> list[Row]:
    """All the fields that were given, as they are registered; those in `editable` can be changed at `edit`, and each of
    `elsewhere` at a page of its own."""
    return [
        Row(
            label(field),
            shown(policy, field, values[field], on),
            f"{edit}?field={field}#{field}" if field in editable else elsewhere.get(field),
            lang=_lang(field),
        )
        for field in TYPED
        if field in values
    ]


def changed(policy: Policy, changes: Iterable[Change], on: date) -> list[Row]:
    """What is otherwise than before: `changed_from` is what it was ("" where it was empty)."""
    return [
        Row(
            label(change.field),
            shown(policy, change.field, change.after, on) if change.after else "",
            changed_from=shown(policy, change.field, change.before, on) if change.before else "",
            lang=_lang(change.field),
        )
        for change in changes
    ]


def _lang(field: str) -> str | None:
    return SOURCE if field in IN_JAPANESE else None


def sections(policy: Policy, values: Mapping[str, Understood], on: date, edit: str) -> list[tuple[str, list[Row]]]:
    """The fields under the headings of the form."""
    return [
        (gettext(title), [row(policy, field, values[field], on, edit) for field in fields if field in values])
        for title, fields in _SECTIONS
    ]


def reason_text(policy: Policy, reason: Reason) -> str:
    """What the policy says about this reason."""
    known = policy.reason(reason.code)
    return text_of(policy, known.text) if known else _named(reason.item)


def rejection_text(policy: Policy, reason: Reason) -> str:
    """The same of an application that was rejected: nothing can be sent any more."""
    known = policy.reason(reason.code)
    return text_of(policy, known.text_when_rejected) if known else _named(reason.item)


def _named(item: str) -> str:
    field = item.removeprefix("field:")
    return field_name(field) if field in FIELD_NAMES else ""


def label(field: str) -> str:
    """The name of the field, as the form and every message have it."""
    return field_name(field)


def in_order(errors: Iterable[FieldError]) -> list[FieldError]:
    """The errors in the order of the page; what is chosen is not said to be typed."""
    order = {field: place for place, field in enumerate(("filled_by", *TYPED, "password", "consent"))}
    return [_of_choice(error) for error in sorted(errors, key=lambda error: order.get(error.field, len(order)))]


def _of_choice(error: FieldError) -> FieldError:
    if error.code == "required" and error.field in _CHOSEN:
        return replace(error, message=messages.text("choice_required", error.field))
    return error


def expiry_notice(wanted: bool) -> str:
    """Whether the person wants a mail before the card expires, in words."""
    return gettext("メールで受け取る") if wanted else gettext("受け取らない")


def filled_by(code: str) -> str:
    """Who typed, in words."""
    return gettext(words.FILLED_BY[code]) if code in words.FILLED_BY else code


def _changed_from(policy: Policy, field: str, value: Understood) -> str | None:
    typed = text.one_space(value.raw)
    if entries(policy, field) or typed == value.display:
        return None
    if field == "birth_date" and value.display:
        if spoken().html_lang != SOURCE and is_together(typed):
            # These words are the form's, not the person's.
            return None
        born = date.fromisoformat(value.display)
        plain = _LEADING_ZEROS.sub("", text.ascii_digits(typed).removeprefix("西暦"))
        return None if plain in (_western(born), dates.in_japanese_era(born)) else typed
    return typed


def _western(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
