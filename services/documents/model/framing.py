"""How a card lies in its picture: cut off, or small.

Nothing is known of the table: it may be checked, grained or shaded. But it looks alike along the rim of the picture, and a
card does not look like it. So pieces of the picture are compared by how often each grey level occurs in them: a whole card
is like nothing at the rim, a card that is cut off is in part of the rim, and a small card stands alone in the table.
"""

from collections.abc import Sequence
from functools import cache
from itertools import product

from PIL import Image, ImageChops

from services.documents.model.document import CUT_OFF, SMALL
from services.documents.model.levels import quantile

Levels = tuple[float, ...]

#: Pieces in a row, either way, and how far apart the first of them are that are looked at.
_PIECES, _APART = 14, 3
#: Pieces of the rim that are compared together first.
_TOGETHER = 7
#: Levels of grey that are told apart.
_LEVELS = 16
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
    levels = grey.point([value * _LEVELS // 256 for value in range(256)])
    small = _is_small(levels)
    return {SMALL: small, CUT_OFF: not small and _is_cut_off(grey, levels)}


def _is_small(levels: Image.Image) -> bool:
    """Whether what is like nothing at the rim is little, in one place, and lies in what the rim is like."""
    inner, looked_at = range(1, _PIECES - 1), cache(lambda x, y: _shares(levels, _piece(levels.size, x, y)))
    last = _PIECES - 1
    ends = [(each, end) for end in (0, last) for each in range(_PIECES)]
    rim = [looked_at(*at) for at in (*ends, *((end, each) for end in (0, last) for each in inner))]
    stretches = [_Stretch(rim[start : start + _TOGETHER]) for start in range(0, len(rim), _TOGETHER)]
    alone: list[tuple[int, int]] = []
    # Pieces that lie far from each other come first: a card that is not small is known by a few of them.
    for x, y in sorted(product(inner, inner), key=lambda at: (at[0] % _APART, at[1] % _APART)):
        if not any(each.has_one_like(looked_at(x, y)) for each in stretches):
            alone.append((x, y))
            left, top, right, low = _around(alone)
            if (right - left) * (low - top) > SMALL_SHARE * _PIECES**2:
                return False
    if len(alone) < _FEWEST or len(alone) < _FILLED * (right - left) * (low - top):
        return False
    around = [
        looked_at(x, y)
        for y in range(top - 1, low + 1)
        for x in range(left - 1, right + 1)
        if x in (left - 1, right) or y in (top - 1, low)
    ]
    alike = [sum(_common(one, each) >= _UNLIKE for each in rim) / len(rim) for one in around]
    return sorted(alike)[len(alike) // 2] >= _SURROUNDED


class _Stretch:
    """Pieces side by side, and the most that any of them has of each level: most others are told from all of them by that."""

    def __init__(self, pieces: Sequence[Levels]) -> None:
        self._pieces = pieces
        self._most = tuple(map(max, zip(*pieces, strict=True)))

    def has_one_like(self, piece: Levels) -> bool:
        return _common(piece, self._most) >= _ALIKE and any(_common(piece, each) >= _ALIKE for each in self._pieces)


def _around(pieces: Sequence[tuple[int, int]]) -> tuple[int, int, int, int]:
    """Left, top, right and lower edge of the frame that holds these pieces."""
    xs, ys = {x for x, _ in pieces}, {y for _, y in pieces}
    return min(xs), min(ys), max(xs) + 1, max(ys) + 1


def _is_cut_off(grey: Image.Image, levels: Image.Image) -> bool:
    """Whether what is in the middle is at part of the rim, too."""
    width, height = grey.size
    middle = _shares(levels, (width * 35 // 100, height * 35 // 100, width * 65 // 100, height * 65 // 100))
    common = [_common(middle, _shares(levels, box)) for box in _along_the_rim(width, height)]
    if all(each >= _UNLIKE for each in common):
        return _has_print_at_its_rim(grey)
    around = common + common[: _RUN - 1]
    runs = any(min(around[start : start + _RUN]) >= _RUNS_INTO for start in range(len(common)))
    # Where nothing is printed there is no card to be cut off.
    return runs and _share(_strong(grey)) >= _PRINT[0]


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
    strong = _strong(grey)
    (width, height), average = strong.size, _share(strong)
    if not _PRINT[0] <= average <= _PRINT[1]:
        return False
    rim = max(2, round(max(width, height) * _MARGIN))
    sides = ((0, 0, rim, height), (width - rim, 0, width, height), (0, 0, width, rim), (0, height - rim, width, height))
    return any(_share(strong.crop(box)) >= _PRINT_AT_RIM * average for box in sides)


def _strong(grey: Image.Image) -> Image.Image:
    """White where an edge is strong for this picture."""
    width, height = grey.width - 1, grey.height - 1
    here, right, below = (grey.crop((x, y, x + width, y + height)) for x, y in ((0, 0), (1, 0), (0, 1)))
    steps = ImageChops.lighter(ImageChops.difference(here, right), ImageChops.difference(here, below))
    least = max(_STRONG, quantile(steps.histogram(), 0.99) // 3)
    return steps.point([255 if value >= least else 0 for value in range(256)])


def _share(strong: Image.Image) -> float:
    return strong.histogram()[255] / (strong.width * strong.height)


def _piece(size: tuple[int, int], x: int, y: int) -> tuple[int, int, int, int]:
    width, height = size
    return width * x // _PIECES, height * y // _PIECES, width * (x + 1) // _PIECES, height * (y + 1) // _PIECES


def _shares(levels: Image.Image, box: tuple[int, int, int, int]) -> Levels:
    """How often each level occurs, neighbours blended: light is never quite even."""
    counts = levels.crop(box).histogram()[:_LEVELS]
    total = 4 * sum(counts)
    below, above = [counts[0], *counts[:-1]], [*counts[1:], counts[-1]]
    return tuple(
        [(lower + 2 * count + upper) / total for lower, count, upper in zip(below, counts, above, strict=True)]
    )


def _common(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(map(min, one, other))
