"""More time for a correction: the form on the page of the case."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from chassis.errors import FieldError
from services.review.model import CaseView
from services.review.model.extensions import LONGEST
from services.review.pages import words


@dataclass(frozen=True)
class Typed:
    """What the form held, to be shown again where it was refused."""

    correct_by: str
    reason: str


def read(form: dict[str, str]) -> tuple[Typed, date | None]:
    """What was typed, and the day that it names; None where it is none."""
    typed = Typed(form.get("correct_by", "").strip(), form.get("extension_reason", "").strip())
    try:
        return typed, date.fromisoformat(typed.correct_by)
    except ValueError:
        return typed, None


def placed(errors: Sequence[FieldError]) -> list[FieldError]:
    """The faults under the names of the form's fields."""
    return [replace(each, field="extension_reason") if each.field == "reason" else each for each in errors]


def shown(view: CaseView, typed: Typed | None, today: date) -> dict[str, Any] | None:
    """The form as the page has it; None where no correction is asked for."""
    if view.correct_by is None:
        return None
    tomorrow = max(view.correct_by + timedelta(days=1), today)
    return {
        "until": words.day(view.correct_by),
        "earliest": tomorrow.isoformat(),
        "latest": (today + LONGEST).isoformat(),
        "open": typed is not None,
        "correct_by": typed.correct_by if typed else "",
        "reason": typed.reason if typed else "",
    }
