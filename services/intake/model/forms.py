"""A form, understood: every field of POST /applications, by the policy and the rules, on one day."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from chassis.errors import FieldError
from rules import card_numbers, names, text
from rules.passwords import MAX_LENGTH, own_words, password_problems
from rules.policy import Policy, find, usable
from rules.policy_choices import KINDS
from rules.school_years import guardian_required
from rules.understanding import Understood, understand
from services.intake import messages
from services.intake.model.applications import NEW, REPLACEMENT, Applicant
from services.intake.model.views import Understanding

FIELDS = (
    "kind",
    "card_number",
    "name",
    "kana",
    "birth_date",
    "postal_code",
    "address",
    "phone",
    "email",
    "password",
    "category",
    "pickup_branch",
    "hold_contact",
    "guardian_name",
    "guardian_relation",
    "organisation_name",
    "organisation_address",
    "language",
    "consent",
    "filled_by",
    "expiry_notice",
    "extra",
)
#: Settled at reception, or changed in a way of their own.
SETTLED = ("kind", "email", "password", "language", "consent", "filled_by", "expiry_notice", "extra")
#: What the applicant may change afterwards.
CHANGEABLE = tuple(name for name in FIELDS if name not in SETTLED)
FILLED_BY = ("self", "guardian", "helper", "staff")
_YES = ("true", "on", "yes", "1")
#: As long as the contracts let a value be, in code points.
_LONGEST = {"address": 300, "organisation_address": 300, "email": 254}
_LONGEST_NAME = 120
_TYPED = ("name", "birth_date", "postal_code", "address", "phone", "email")


def understand_form(
    policy: Policy, today: date, form: Mapping[str, Any], *, password_given: bool = False
) -> Understanding:
    """The form as understood on this day; `password_given`: there is one already, so none is needed in the form."""
    reading = _Reading(policy, today, form)
    reading.refuse_unknown()
    kind = reading.kind()
    for field in _TYPED:
        reading.typed(field)
    reading.kana()
    category = reading.code("category", policy.categories)
    reading.code("pickup_branch", [branch for branch in policy.branches if branch.pickup])
    reading.code("hold_contact", policy.hold_contacts)
    reading.code("language", policy.languages)
    if kind in KINDS and kind != NEW:
        # Who has lost the card seldom knows its number; staff find it.
        reading.card_number(required=kind != REPLACEMENT)
    if needs_guardian(policy, category, reading.display("birth_date"), today):
        reading.typed("guardian_name", missing="guardian_required")
        reading.guardian_relation()
    chosen = policy.category(category)
    if chosen is not None and chosen.needs_organisation:
        reading.typed("organisation_name", missing="organisation_required")
        reading.typed("organisation_address", missing="organisation_required")
    filled_by = reading.filled_by()
    reading.consent()
    reading.password(password_given)
    return reading.result(kind, filled_by)


def needs_guardian(policy: Policy, category: str, birth_date: str, on: date) -> bool:
    """Whether a guardian must be named on this day; `birth_date` as understood, "" where it is not."""
    chosen = policy.category(category)
    grade = policy.guardian.through_grade
    if not birth_date or grade <= 0 or (chosen is not None and not chosen.needs_guardian):
        return False
    return guardian_required(date.fromisoformat(birth_date), on, grade)


def typed_form(applicant: Applicant) -> dict[str, Any]:
    """The form that this applicant typed; understanding it again gives the same applicant."""
    settled = {
        "kind": applicant.kind,
        "language": applicant.language,
        "filled_by": applicant.filled_by,
        "expiry_notice": applicant.expiry_notice,
    }
    typed = {field: value.raw for field, value in applicant.values.items()}
    # An address that was taken with a space in it, before 2026-12, would be asked about again.
    return {**typed, "email": applicant.display("email"), **settled, "consent": True}


def is_latin(shown: str) -> bool:
    """True for a name in Latin letters only, as on a residence card: it needs no reading."""
    letters = [char for char in shown if char.isalpha()]
    return bool(letters) and all(ord(char) < 0x250 or 0x1E00 <= ord(char) < 0x1F00 for char in letters)


class _Reading:
    """One form on its way to being understood: collects values and errors."""

    def __init__(self, policy: Policy, today: date, form: Mapping[str, Any]) -> None:
        self._policy, self._today, self._form = policy, today, form
        self._values: dict[str, Understood] = {}
        self._errors: list[FieldError] = []

    def result(self, kind: str, filled_by: str) -> Understanding:
        order = {field: place for place, field in enumerate(FIELDS)}
        errors = sorted(self._errors, key=lambda error: order.get(error.field, len(order)))
        if errors:
            return Understanding(None, errors, self._values)
        language = self._values["language"].display
        values = {field: value for field, value in self._values.items() if field in _KEPT}
        applicant = Applicant(kind, language, filled_by, values, says_yes(self._form.get("expiry_notice")))
        return Understanding(applicant, [], self._values)

    def display(self, field: str) -> str:
        value = self._values.get(field)
        return value.display if value else ""

    def refuse_unknown(self) -> None:
        for field in sorted(set(self._form) - set(FIELDS)):
            self._error(text.storable(field)[:100], "unknown_field")
        # The policy asks nothing besides yet, so whatever is in `extra` is unknown.
        extra = self._form.get("extra")
        for name in sorted(extra) if isinstance(extra, Mapping) else ():
            self._error(f"extra.{text.storable(str(name))[:80]}", "unknown_field")
        if extra and not isinstance(extra, Mapping):
            self._error("extra", "wrong_type")

    def kind(self) -> str:
        kind = self._raw("kind").strip()
        if not kind:
            self._error("kind", "required")
        elif kind not in KINDS:
            self._error("kind", "unknown_code")
        elif kind not in self._policy.kinds.offered:
            self._error("kind", "kind_not_offered")
        return kind

    def typed(self, field: str, missing: str = "required") -> None:
        self._keep(field, self._understood(field, self._raw(field)), missing)

    def kana(self) -> None:
        # By what was typed: a name that is too long has its own error, and needs none about its reading.
        if not is_blank(self._raw("kana")) or not is_latin(names.display(text.storable(self._raw("name")))):
            self.typed("kana")

    def code(self, field: str, entries: Iterable[Any]) -> str:
        raw = self._raw(field).strip()
        problem = code_problem(entries, raw)
        if problem:
            self._error(field, problem)
        else:
            self._values[field] = Understood(raw, raw, raw)
        return raw

    def card_number(self, required: bool) -> None:
        raw = self._raw("card_number")
        if is_blank(raw):
            if required:
                self._error("card_number", "required")
            return
        problem = card_numbers.problem(self._policy.card_numbers, raw)
        number = "" if problem else card_numbers.understood(self._policy.card_numbers, raw)
        self._keep("card_number", Understood(text.storable(raw), number, number, problem), "required")

    def guardian_relation(self) -> None:
        raw = self._raw("guardian_relation")
        if is_blank(raw):
            return
        if usable(self._policy.guardian_relations, raw.strip()):
            self._values["guardian_relation"] = Understood(raw, raw.strip(), raw.strip())
            return
        self._keep("guardian_relation", self._understood("guardian_name", raw, "guardian_relation"), "required")

    def filled_by(self) -> str:
        raw = self._raw("filled_by").strip() or "self"
        if raw not in FILLED_BY:
            self._error("filled_by", "unknown_code")
        return raw

    def consent(self) -> None:
        if not says_yes(self._form.get("consent")):
            self._error("consent", "consent_required")

    def password(self, given: bool) -> None:
        raw = self._raw("password")
        if not raw:
            if not given:
                self._error("password", "required")
            return
        self._errors += password_errors(self._policy, raw, own_words(self._form, self._today))

    def _raw(self, field: str) -> str:
        raw = self._form.get(field)
        if raw is not None and not isinstance(raw, str):
            self._error(field, "wrong_type")
            return ""
        return raw or ""

    def _understood(self, field: str, raw: str, shown_as: str = "") -> Understood:
        value = understand(field, raw, today=self._today)
        longest = _LONGEST.get(shown_as or field, _LONGEST_NAME)
        if value.error is None and len(value.display) > longest:
            return replace(value, display="", match_key="", error="too_long", notes=(str(longest),))
        return value

    def _keep(self, field: str, value: Understood, missing: str) -> None:
        self._values[field] = value
        if value.error == "required":
            self._error(field, missing)
        elif value.error:
            self._error(field, value.error, messages.wrong(field, value))

    def _error(self, field: str, code: str, said: str = "") -> None:
        if all(error.field != field for error in self._errors):
            self._errors.append(FieldError(field, code, said or messages.text(code, field)))


_KEPT = frozenset(CHANGEABLE) | {"email"}


def says_yes(given: object) -> bool:
    """Whether a box was ticked, or `true` was said; whatever else was sent is no yes."""
    return given is True or (isinstance(given, str) and given in _YES)


def code_problem(entries: Iterable[Any], code: str) -> str | None:
    """Why none of the policy's entries can be chosen by this code: required, unknown_code, retired_code."""
    known = tuple(entries)
    if not code:
        return "required"
    if find(known, code) is None:
        return "unknown_code"
    return None if usable(known, code) else "retired_code"


def is_blank(raw: str) -> bool:
    """True where nothing visible was typed."""
    return not text.one_space(text.visible(text.storable(raw)))


def password_errors(policy: Policy, password: str, own: Iterable[str]) -> list[FieldError]:
    """What is wrong with a password that was chosen by the person of these `own_words`."""
    details = {"password_too_short": str(policy.passwords.minimum_length), "password_too_long": str(MAX_LENGTH)}
    return [
        FieldError("password", code, messages.text(code, "password", details.get(code, "")))
        for code in password_problems(policy, password, own)
    ]
