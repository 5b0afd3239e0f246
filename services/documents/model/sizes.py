"""How large each rendition is: as large as is needed to read it, and no larger."""

import math
from dataclasses import dataclass

from services.documents.model.document import READING, RENDITIONS, SCREEN

#: Least pixels of the short side, where the picture has so many: a long receipt or a screenshot of a whole page that is
#: fitted into a square can no longer be read.
SHORT_SIDES = {READING: 1000, SCREEN: 500}
#: Pixels of a rendition at most, whatever its shape; of one that is not named the long side is bound enough.
MOST_PIXELS = {READING: 12_000_000, SCREEN: 3_000_000}
#: Pixels of a side; JPEG itself ends at 65,500.
LONGEST = 30_000
#: Sides are rounded to whole pixels.
_ROUNDING = 0.99
#: A picture that its decoder, or a whole divisor, brings to this share of the wanted size is not scaled further: that
#: costs twenty times as much.
_NEAR = 0.75


@dataclass(frozen=True)
class Wanted:
    """Between which scales a rendition may be, as shares of the picture."""

    least: float
    most: float

    def fits(self, divisor: int) -> bool:
        """Whether a picture divided by this needs no further scaling."""
        return self.least <= 1 / divisor <= self.most


def wanted(width: int, height: int, name: str) -> Wanted:
    """For this rendition of a picture of this size: its long side fits, but its short side stays legible."""
    long, short = max(width, height), min(width, height)
    legible = min(1.0, SHORT_SIDES.get(name, 0) / short)
    possible = min(1.0, LONGEST / long, math.sqrt(_ROUNDING * MOST_PIXELS.get(name, math.inf) / (width * height)))
    most = min(possible, max(RENDITIONS[name] / long, legible))
    return Wanted(min(most, max(_NEAR * RENDITIONS[name] / long, legible)), most)


def is_possible(width: int, height: int, name: str) -> bool:
    """Whether a rendition has such a size."""
    long, short = max(width, height), min(width, height)
    legible = short <= SHORT_SIDES.get(name, 0)
    return short > 0 and (
        long <= RENDITIONS[name] or (legible and long <= LONGEST and long * short <= MOST_PIXELS[name])
    )


def is_shrunk(width: int, height: int, scale: float) -> bool:
    """Whether print that could be read in the picture may be lost in its reading rendition at this scale."""
    return min(width, height) * scale < min(*(width, height), SHORT_SIDES[READING]) - 1
