"""What is noticed about a picture and not refused: staff may still be able to read it, and people can take it again.

All of it is judged on the grey screen rendition (about 1,000 px), by differences of neighbours and histograms: some
milliseconds a picture. Every threshold errs on the side of silence: a needless warning makes people distrust all.
"""

from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw

from services.documents.model.document import BLURRED, CUT_OFF, DARK, GLARE, TOO_SMALL

#: Long side in pixels. A card that fills two thirds of 900 px has 7 px a millimetre: its smallest print (1.5 mm) is
#: then 10 px high, the least that people read without guessing.
SMALLEST = 900
#: Grey levels. Paper in a well-lit photo is above 150; where even the brightest tenth stays below this, print is lost.
DARKEST = 80
#: How much of an edge's height is climbed within one pixel: 0.7 in focus, 0.2 where the blur's sigma is 2 px on the
#: screen rendition (4 px when reading), as wide as the strokes of small print.
SOFTEST = 0.2
#: Grey levels between print and paper; with less there is nothing to judge focus by.
LEAST_CONTRAST = 24
#: An edge's height is taken over this many pixels: wider than any blur that is still to be judged.
_REACH = 12
#: A cell of this many pixels is burnt out where even its mean is nearly white: no print is left in it.
_CELL, _BURNT = 16, 251
#: Share of the picture. One burnt spot of a hundredth hides a line of a card; burnt to a third it is white paper.
GLARE_SHARE = (0.008, 0.33)
#: Share of the long side: this close to the picture's edge a whole document shows the table, not print.
_RIM = 0.012
#: Strong edges in the rim, as a share of those that the picture has on average.
RIM_SHARE = 0.6
#: Strong edges on average, as a share of all pixels: print has some on white, a rug or noise has them all over.
_PRINT = (0.01, 0.35)


def noticed(grey: Image.Image, long_side: int) -> tuple[str, ...]:
    """Codes for the picture, given the grey screen rendition and the long side of the reading one."""
    steps, reaches = _differences(grey, 1), _differences(grey, _REACH)
    found = {
        BLURRED: _is_blurred(steps, reaches),
        CUT_OFF: _is_cut_off(steps, _contrast(reaches)),
        DARK: _quantile(grey.histogram(), 0.9) < DARKEST,
        GLARE: _has_glare(grey),
        TOO_SMALL: long_side < SMALLEST,
    }
    return tuple(code for code, is_so in found.items() if is_so)


def _differences(grey: Image.Image, distance: int) -> list[Image.Image]:
    """How much each pixel differs from the one `distance` to its right, and from the one below; none in a sliver."""
    width, height = grey.size
    moved = []
    if width > 2 * distance:
        moved.append(((distance, 0, width, height), (0, 0, width - distance, height)))
    if height > 2 * distance:
        moved.append(((0, distance, width, height), (0, 0, width, height - distance)))
    return [ImageChops.difference(grey.crop(there), grey.crop(here)) for there, here in moved]


def _is_blurred(steps: Sequence[Image.Image], reaches: Sequence[Image.Image]) -> bool:
    """In either direction: a hand that moved sideways leaves the lines along its way sharp."""
    for step, reach in zip(steps, reaches, strict=False):
        height = _quantile(reach.histogram(), 0.99)
        if height >= LEAST_CONTRAST and _quantile(step.histogram(), 0.999) < SOFTEST * height:
            return True
    return False


def _contrast(reaches: Sequence[Image.Image]) -> int:
    return max((_quantile(reach.histogram(), 0.99) for reach in reaches), default=0)


def _is_cut_off(steps: Sequence[Image.Image], contrast: int) -> bool:
    """Print that runs into an edge of the picture is as dense there as anywhere."""
    if len(steps) < 2 or contrast < LEAST_CONTRAST:
        return False
    width, height = steps[1].width, steps[0].height
    size = (width - 1, height - 1)
    both = ImageChops.lighter(*(step.crop((0, 0, *size)) for step in steps))
    strong = both.point([255 if value >= contrast // 3 else 0 for value in range(256)])
    average = _mean(strong)
    if not 255 * _PRINT[0] <= average <= 255 * _PRINT[1]:
        return False
    rim = max(2, round(max(size) * _RIM))
    right, low = size[0] - rim, size[1] - rim
    rims = ((0, 0, rim, size[1]), (right, 0, *size), (0, 0, size[0], rim), (0, low, *size))
    return any(_mean(strong.crop(box)) >= RIM_SHARE * average for box in rims)


def _has_glare(grey: Image.Image) -> bool:
    """A white spot within the picture. White that reaches the picture's edge is a wall, a table or paper."""
    cells = grey.reduce(_CELL).point([255 if value >= _BURNT else 0 for value in range(256)])
    framed = Image.new("L", (cells.width + 2, cells.height + 2), 255)
    framed.paste(cells, (1, 1))
    ImageDraw.floodfill(framed, (0, 0), 0)
    least, most = GLARE_SHARE
    return least <= framed.histogram()[255] / (cells.width * cells.height) <= most


def _quantile(histogram: Sequence[int], share: float) -> int:
    """The grey level below which this share of the pixels lies."""
    wanted, seen = share * sum(histogram), 0
    for level, count in enumerate(histogram):
        seen += count
        if seen >= wanted:
            return level
    return len(histogram) - 1


def _mean(image: Image.Image) -> float:
    histogram = image.histogram()
    return sum(level * count for level, count in enumerate(histogram)) / max(1, sum(histogram))
