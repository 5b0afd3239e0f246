"""How large renditions are: print stays legible, however long the picture is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from services.documents.model.document import READING, RENDITIONS, SCREEN, SHRUNK, THUMBNAIL
from services.documents.model.images import clean
from services.documents.model.kinds import JPEG, PNG
from services.documents.model.scaling import fitted, of_picture
from services.documents.model.sizes import is_possible, wanted
from tests.documents import pictures

PIXELS = 200_000_000


def sizes(width: int, height: int, kind: str = JPEG) -> dict[str, tuple[int, int]]:
    picture = Image.new("L", (width, height), 200)
    image = pictures.jpeg(picture) if kind == JPEG else pictures.encoded(picture, kind)
    return {each.name: (each.width, each.height) for each in clean(image, kind, PIXELS).renditions}


@pytest.mark.parametrize("kind", [JPEG, PNG])
@pytest.mark.parametrize(
    ("sent", "reading", "screen"),
    [
        ((4032, 3024), (2016, 1512), (1008, 756)),
        ((8192, 6144), (2048, 1536), (1024, 768)),
        ((1200, 800), (1200, 800), (1024, 683)),
        ((1080, 12_000), (1000, 11_111), (500, 5556)),
        ((12_000, 1080), (11_111, 1000), (5556, 500)),
        ((800, 9000), (800, 9000), (500, 5625)),
        ((4000, 1500), (2667, 1000), (1334, 500)),
        ((300, 5000), (300, 5000), (300, 5000)),
    ],
)
def test_the_short_side_stays_legible(
    kind: str, sent: tuple[int, int], reading: tuple[int, int], screen: tuple[int, int]
) -> None:
    found = sizes(*sent, kind)
    assert (found[READING], found[SCREEN]) == (reading, screen)
    assert max(found[THUMBNAIL]) <= RENDITIONS[THUMBNAIL]


@pytest.mark.parametrize(
    ("sent", "shrunk"),
    [
        ((1080, 12_000), False),
        ((16_320, 12_240), False),
        ((900, 900), False),
        ((1080, 30_000), True),
        ((800, 60_000), True),
    ],
)
def test_who_loses_print_is_told(sent: tuple[int, int], shrunk: bool) -> None:
    image = pictures.encoded(Image.new("L", sent, 200), "JPEG", quality=20)
    assert (SHRUNK in clean(image, JPEG, PIXELS).warnings) is shrunk


@given(st.integers(1, 40_000), st.integers(1, 3000), st.sampled_from(sorted(RENDITIONS)), st.booleans())
def test_every_rendition_has_a_size_that_is_possible(long: int, short: int, name: str, upright: bool) -> None:
    size = (short, long) if upright else (long, short)
    wants = wanted(*size, name)
    assert 0 < wants.least <= wants.most <= 1
    # Scaling in one bit costs nothing worth mentioning.
    if long * short < 4_000_000:
        assert is_possible(*fitted(of_picture(Image.new("L", size)), wants).size, name)
