"""What staff ask to mend, at a glance: each item with its reason and, of photographs, how it should look."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.web.languages import gettext
from services.intake.model.applications import Reason
from services.intake.model.documents import Document
from services.intake.model.views import ApplicationView
from services.intake.pages import fields, photos
from services.intake.use_cases import Intake

#: The drawing of what is wrong with a photograph.
_DRAWINGS = {"blurred": "photo-blur", "dark": "photo-blur", "cut_off": "photo-cut", "glare": "photo-glare"}


@dataclass(frozen=True)
class Asked:
    """One item; `reasons` are (text of the policy, note of staff), `drawing` names the picture of the mistake."""

    title: str
    done: bool
    reasons: list[tuple[str, str | None]]
    drawing: str | None


def asked(intake: Intake, view: ApplicationView) -> list[Asked]:
    """The items in the order in which staff named them."""
    items = dict.fromkeys(each.reason.item for each in view.corrections)
    return [_asked(intake, view, item) for item in items]


def _asked(intake: Intake, view: ApplicationView, item: str) -> Asked:
    mine = [each for each in view.corrections if each.reason.item == item]
    return Asked(
        title=_title(intake, item, view.named_documents),
        done=all(each.done for each in mine),
        reasons=[(fields.reason_text(intake.policy, each.reason), each.reason.note) for each in mine],
        drawing=_drawing([each.reason for each in mine]),
    )


def _title(intake: Intake, item: str, documents: Sequence[Document]) -> str:
    if item.startswith("field:"):
        return fields.label(item.removeprefix("field:"))
    if not item.startswith("document:"):
        return gettext("申請について")
    wanted = UUID(item.removeprefix("document:"))
    found = photos.shown(intake.policy, [each for each in documents if each.id == wanted])
    return found[0].name if found else gettext("書類の写真")


def _drawing(reasons: Sequence[Reason]) -> str | None:
    return next((_DRAWINGS[reason.code] for reason in reasons if reason.code in _DRAWINGS), None)
