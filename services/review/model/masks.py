"""Boxes that cover what must not be kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.errors import FieldError

#: As many as documents takes at once.
MOST_BOXES = 50


@dataclass(frozen=True)
class Box:
    """A rectangle in fractions of the image's width and height, counted from its upper left corner."""

    x: float
    y: float
    width: float
    height: float


def faults_of(boxes: Sequence[Box]) -> list[FieldError]:
    """What is no box on the image: `boxes/<number>` `box_outside`; `boxes` `too_many_boxes`."""
    if len(boxes) > MOST_BOXES:
        return [FieldError("boxes", "too_many_boxes")]
    return [FieldError(f"boxes/{number}", "box_outside") for number, box in enumerate(boxes) if not _on_image(box)]


def _on_image(box: Box) -> bool:
    starts = 0 <= box.x < 1 and 0 <= box.y < 1
    return starts and 0 < box.width <= 1 and 0 < box.height <= 1
