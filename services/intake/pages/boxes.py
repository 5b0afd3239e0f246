"""Forms in which single fields are mended: what stands in each box, and why it is asked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chassis.web.languages import gettext
from rules.understanding import Understood
from services.intake.model.applications import Reason
from services.intake.model.views import ApplicationView
from services.intake.pages import fields
from services.intake.pages.fields import reason_text
from services.intake.use_cases import Intake

#: What such a form may send beside the version.
SENT = tuple(field for field in fields.TYPED if field != "email")


@dataclass(frozen=True)
class Box:
    """One field of the form in which something is mended."""

    name: str
    label: str
    value: str
    options: list[tuple[str, str]]
    hint: str | None
    required: bool | None
    in_japanese: bool
    #: (why, what staff added), where it was asked for.
    reasons: list[tuple[str, str | None]]


def boxes(intake: Intake, view: ApplicationView, names: Iterable[str], typed: Mapping[str, str]) -> list[Box]:
    """A box for each of these fields that is open, with what was typed before."""
    wanted = set(names)
    return [_box(intake, view, field, typed) for field in view.open_fields if field in wanted]


def said(intake: Intake, reasons: Sequence[Reason]) -> list[tuple[str, str | None]]:
    """(why, what staff added) of each reason."""
    return [(reason_text(intake.policy, reason), reason.note) for reason in reasons]


def _box(intake: Intake, view: ApplicationView, field: str, typed: Mapping[str, str]) -> Box:
    value = view.application.applicant.values.get(field)
    reasons = [each.reason for each in view.corrections if each.reason.item == f"field:{field}"]
    return Box(
        name=field,
        label=fields.label(field),
        value=typed.get(field, _written(field, value)),
        options=fields.options(intake.policy, field),
        hint=gettext(fields.HINTS[field]) if field in fields.HINTS else None,
        required=None if field in fields.MAY_BE_BLANK else True,
        in_japanese=field in fields.IN_JAPANESE,
        reasons=said(intake, reasons),
    )


def _written(field: str, value: Understood | None) -> str:
    """What stands in the box: the value as it will be registered; a date as the person wrote it."""
    if value is None:
        return ""
    return value.raw if field == "birth_date" else value.display
