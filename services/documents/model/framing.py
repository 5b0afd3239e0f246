"""How a card lies in its picture: cut off, or small.

Nothing is known of the table: it may be checked, grained or shaded. But it looks alike along the rim of the picture, and a
card does not look like it. So pieces of the picture are compared by how often each grey level occurs in them: a whole card
is like nothing at the rim, a card that is cut off is in part of the rim, and a small card stands alone in the table.
"""

from collections.abc import Sequence

from PIL import Image, ImageChops

from services.documents.model.document import CUT_OFF, SMALL
from services.documents.model.levels import mean, quantile

Levels = tuple[float, ...]

#: Pieces in a row, either way.
_PIECES = 14
#: Pieces along each side of the rim, which is so deep as a share of the long side.
_RIM_PIECES, _RIM = 10, 0.012
#: Share of the levels that two pieces have in common: of one surface, of the middle and a rim that a card runs into, of two.
_ALIKE, _RUNS_INTO, _UNLIKE = 0.5, 0.34, 0.4
#: Pieces of the rim in a row that a card runs into.
_RUN = 3
#: Share of the picture's area: what stands alone and is no larger is a small card.
SMALL_SHARE = 0.2
#: How much of its frame a card fills, and how much of the rim is like what is around it.
_FILLED, _SURROUNDED = 0.5, 0.5
#: Fewest pieces that are a card at all.
_FEWEST = 4
#: Least pixels of a piece's side.
_LEAST = 12
#: Where the whole rim is of one surface with the middle, a scan is told from a picture taken too near by print at its rim:
#: strong edges there, as a share of those that the picture has on average; and how many print has, of all pixels.
_PRINT_AT_RIM, _PRINT = 0.6, (0.01, 0.35)
#: Grey levels of an edge that is strong, and the share of the long side in which a scan shows no print.
_STRONG, _MARGIN = 24, 0.012


def framed_badly(grey: Image.Image) -> dict[str, bool]:
    """Whether the card on this picture is small, or cut off."""
    if min(grey.size) < _PIECES * _LEAST:
        return {}
    small = _is_small(grey)
    return {SMALL: small, CUT_OFF: not small and _is_cut_off(grey)}


def _is_small(grey: Image.Image) -> bool:
    """Whether what is like nothing at the rim is little, in one place, and lies in what the rim is like."""
    pieces = [[_levels(grey, _piece(grey.size, x, y)) for x in range(_PIECES)] for y in range(_PIECES)]
    inner = range(1, _PIECES - 1)
    rim = [pieces[y][x] for y in range(_PIECES) for x in range(_PIECES) if x not in inner or y not in inner]
    alone = [(x, y) for y in inner for x in inner if all(_common(pieces[y][x], each) < _ALIKE for each in rim)]
    if len(alone) < _FEWEST:
        return False
    xs, ys = sorted(x for x, _ in alone), sorted(y for _, y in alone)
    frame = (xs[-1] - xs[0] + 1) * (ys[-1] - ys[0] + 1)
    if frame > SMALL_SHARE * _PIECES**2 or len(alone) < _FILLED * frame:
        return False
    around = [
        pieces[y][x]
        for y in range(ys[0] - 1, ys[-1] + 2)
        for x in range(xs[0] - 1, xs[-1] + 2)
        if x in (xs[0] - 1, xs[-1] + 1) or y in (ys[0] - 1, ys[-1] + 1)
    ]
    alike = [sum(_common(one, each) >= _UNLIKE for each in rim) / len(rim) for one in around]
    return sorted(alike)[len(alike) // 2] >= _SURROUNDED


def _is_cut_off(grey: Image.Image) -> bool:
    """Whether what is in the middle is at part of the rim, too."""
    width, height = grey.size
    middle = _levels(grey, (width * 35 // 100, height * 35 // 100, width * 65 // 100, height * 65 // 100))
    common = [_common(middle, _levels(grey, box)) for box in _along_the_rim(width, height)]
    if all(each >= _UNLIKE for each in common):
        return _has_print_at_its_rim(grey)
    around = common + common[: _RUN - 1]
    return any(min(around[start : start + _RUN]) >= _RUNS_INTO for start in range(len(common)))


def _along_the_rim(width: int, height: int) -> list[tuple[int, int, int, int]]:
    """Boxes along the rim, clockwise from the upper left."""
    deep, count = round(max(width, height) * _RIM), _RIM_PIECES
    across = [(width * i // count, width * (i + 1) // count) for i in range(count)]
    down = [(height * i // count, height * (i + 1) // count) for i in range(count)]
    return [
        *((left, 0, right, deep) for left, right in across),
        *((width - deep, top, width, low) for top, low in down),
        *((left, height - deep, right, height) for left, right in reversed(across)),
        *((0, top, deep, low) for top, low in reversed(down)),
    ]


def _has_print_at_its_rim(grey: Image.Image) -> bool:
    width, height = grey.width - 1, grey.height - 1
    here, right, below = (grey.crop((x, y, x + width, y + height)) for x, y in ((0, 0), (1, 0), (0, 1)))
    steps = ImageChops.lighter(ImageChops.difference(here, right), ImageChops.difference(here, below))
    least = max(_STRONG, quantile(steps.histogram(), 0.99) // 3)
    strong = steps.point([255 if value >= least else 0 for value in range(256)])
    average = mean(strong.histogram())
    if not 255 * _PRINT[0] <= average <= 255 * _PRINT[1]:
        return False
    rim = max(2, round(max(width, height) * _MARGIN))
    sides = ((0, 0, rim, height), (width - rim, 0, width, height), (0, 0, width, rim), (0, height - rim, width, height))
    return any(mean(strong.crop(box).histogram()) >= _PRINT_AT_RIM * average for box in sides)


def _piece(size: tuple[int, int], x: int, y: int) -> tuple[int, int, int, int]:
    width, height = size
    return width * x // _PIECES, height * y // _PIECES, width * (x + 1) // _PIECES, height * (y + 1) // _PIECES


def _levels(grey: Image.Image, box: tuple[int, int, int, int]) -> Levels:
    """How often each of 16 levels occurs, neighbours blended: light is never quite even."""
    histogram = grey.crop(box).histogram()
    bins = [sum(histogram[start : start + 16]) for start in range(0, 256, 16)]
    total = 4 * sum(bins)
    return tuple((bins[max(0, i - 1)] + 2 * bins[i] + bins[min(15, i + 1)]) / total for i in range(16))


def _common(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(map(min, one, other))
