"""What is noticed about a picture and not refused: staff may still be able to read it, and people can take it again.

All of it is judged on the grey screen rendition (about 1,000 px), by differences of neighbours and histograms: some
milliseconds a picture. Every threshold errs on the side of silence: a needless warning makes people distrust all.
"""

from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw

from services.documents.model.document import BLANK, BLURRED, DARK, GLARE, TOO_SMALL, WARNINGS
from services.documents.model.framing import framed_badly
from services.documents.model.levels import mean, quantile

#: Long side in pixels. A card that fills two thirds of 900 px has 7 px a millimetre: its smallest print (1.5 mm) is
#: then 10 px high, the least that people read without guessing.
SMALLEST = 900
#: Grey levels. Paper in a well-lit photo is above 150; where even the brightest tenth stays below this, print is lost.
DARKEST = 80
#: How much of an edge is climbed from one pixel to the next, where edges are strongest, in the direction in which they are
#: softest: 0.5 or more in focus, 0.23 where a blur is as wide as the strokes of small print (a sigma of 2 px here).
SOFTEST = 0.25
#: Grey levels between print and paper; with less there is nothing to judge focus by.
LEAST_CONTRAST = 12
#: An edge's height is taken over this many pixels, a power of two.
_REACH = 8
#: The share of the pixels with the highest edges by which focus is judged.
_EDGES = 0.03
#: Right, down, and both ways across: a hand that moved leaves the lines along its way sharp.
_WAYS = ((1, 0), (0, 1), (1, 1), (1, -1))
#: Of all pixels: a single line of print has more edges than this.
_ANYTHING = 0.0005
_FAINTEST = 24
#: A cell of this many pixels is burnt out where even its mean is nearly white: no print is left in it.
_CELL, _BURNT = 16, 251
#: Share of the picture. One burnt spot of a hundredth hides a line of a card; burnt to a third it is white paper.
GLARE_SHARE = (0.008, 0.33)


def noticed(grey: Image.Image, long_side: int) -> tuple[str, ...]:
    """Codes for the picture, given the grey screen rendition and the long side of the reading one."""
    edges = _edges(grey)
    if _is_blank(edges):
        found = {BLANK: True}
    else:
        found = {BLURRED: _is_blurred(edges)}
        # Blur mixes the card with the table.
        found |= {} if found[BLURRED] else framed_badly(grey)
    found |= {
        DARK: quantile(grey.histogram(), 0.9) < DARKEST,
        GLARE: _has_glare(grey),
        TOO_SMALL: long_side < SMALLEST,
    }
    return tuple(code for code in WARNINGS if found.get(code))


def _edges(grey: Image.Image) -> list[tuple[Image.Image, Image.Image]]:
    """For every second place of every second row, along each of `_WAYS`: the largest step between neighbours, and the range,
    both within `_REACH` pixels."""
    if min(grey.size) <= 3 * _REACH:
        return [(Image.new("L", (1, 1)), Image.new("L", (1, 1)))] * len(_WAYS)
    (upper_left, upper_right), (lower_left, lower_right) = ([_quarter(grey, x, y) for x in (0, 1)] for y in (0, 1))
    # Where each way begins, and the neighbour between there and the next such place.
    begins = ((upper_left, upper_right), (upper_left, lower_left), (upper_left, lower_right), (lower_left, upper_right))
    return [_edges_along(way, *pair) for way, pair in zip(_WAYS, begins, strict=True)]


def _quarter(grey: Image.Image, x: int, y: int) -> Image.Image:
    """Every second pixel of every second row, from this one on."""
    width, height = grey.width // 2, grey.height // 2
    # The middle of each pixel that is asked for lies in the middle of one that is there.
    box = (x - 0.5, y - 0.5, x - 0.5 + 2 * width, y - 0.5 + 2 * height)
    return grey.transform((width, height), Image.Transform.EXTENT, box, Image.Resampling.NEAREST)


def _edges_along(way: tuple[int, int], here: Image.Image, between: Image.Image) -> tuple[Image.Image, Image.Image]:
    (first, third), second = _pair(here, way, 1), _pair(between, way, 1)[0]
    step = ImageChops.lighter(ImageChops.difference(first, second), ImageChops.difference(second, third))
    high, low = ImageChops.lighter(here, between), ImageChops.darker(here, between)
    distance = 1
    while 2 * distance < _REACH:
        step = ImageChops.lighter(*_pair(step, way, distance))
        high, low = ImageChops.lighter(*_pair(high, way, distance)), ImageChops.darker(*_pair(low, way, distance))
        distance *= 2
    # Of the range one more row or column is known than of the steps: at the end of the way, which leads up or down.
    top = high.height - step.height if way[1] < 0 else 0
    height = ImageChops.subtract(high, low).crop((0, top, step.width, top + step.height))
    return step, height


def _pair(image: Image.Image, way: tuple[int, int], distance: int) -> tuple[Image.Image, Image.Image]:
    """The picture, and itself moved so far along the way, where they overlap."""
    x, y = way[0] * distance, way[1] * distance
    width, height = image.width - x, image.height - abs(y)
    here, there = max(0, -y), max(0, y)
    return image.crop((0, here, width, here + height)), image.crop((x, there, x + width, there + height))


def _is_blank(edges: Sequence[tuple[Image.Image, Image.Image]]) -> bool:
    return min(edges[0][1].size) > 1 and all(
        sum(height.histogram()[_FAINTEST:]) < _ANYTHING * height.width * height.height for _, height in edges
    )


def _is_blurred(edges: Sequence[tuple[Image.Image, Image.Image]]) -> bool:
    """Whether the highest edges along some way are climbed slowly."""
    for step, height in edges:
        heights = height.histogram()
        least = quantile(heights, 1 - _EDGES)
        if least < LEAST_CONTRAST:
            continue
        highest = height.point([255 if value >= least else 0 for value in range(256)])
        if mean(step.histogram(highest)) < SOFTEST * mean([0] * least + heights[least:]):
            return True
    return False


def _has_glare(grey: Image.Image) -> bool:
    """A white spot within the picture. White that reaches the picture's edge is a wall, a table or paper."""
    cells = grey.reduce(_CELL).point([255 if value >= _BURNT else 0 for value in range(256)])
    least, most = GLARE_SHARE
    if cells.histogram()[255] < least * cells.width * cells.height:
        return False
    framed = Image.new("L", (cells.width + 2, cells.height + 2), 255)
    framed.paste(cells, (1, 1))
    ImageDraw.floodfill(framed, (0, 0), 0)
    return least <= framed.histogram()[255] / (cells.width * cells.height) <= most
