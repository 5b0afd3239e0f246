"""What is noticed about a picture: on both sides of every threshold."""

import random
from collections import Counter
from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

from services.documents.model.document import BLANK, BLURRED, CUT_OFF, DARK, GLARE, TOO_SMALL
from services.documents.model.images import clean
from services.documents.model.kinds import JPEG
from services.documents.model.warnings import SMALLEST, noticed
from tests.documents import drawn, pictures

WIDTH, HEIGHT = 1008, 756
TABLE, PAPER, INK = 90, 225, 30


def document(shifted: float = 0.0, table: int = TABLE, paper: int = PAPER, ink: int = INK) -> Image.Image:
    """A printed sheet on a table, `shifted` to the left by this share of the picture's width."""
    text = random.Random(3)
    picture = Image.new("L", (WIDTH, HEIGHT), table)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(20)
    left, right = int(WIDTH * (0.1 - shifted)), int(WIDTH * (0.9 - shifted))
    draw.rectangle((left, 90, right, 666), fill=paper)
    for y in range(100, 630, 29):
        draw.text((left + 16, y), "".join(chr(text.randint(65, 120)) for _ in range(60)), fill=ink, font=font)
    draw.rectangle((right + 1, 0, WIDTH, HEIGHT), fill=table)
    return Image.blend(picture, Image.effect_noise((WIDTH, HEIGHT), 10), 0.08)


def burnt(radius: int, at: tuple[int, int] = (500, 380)) -> Image.Image:
    """The document under a lamp."""
    x, y = at
    picture = document()
    ImageDraw.Draw(picture).ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return picture


def out_of_focus(sigma: float) -> Image.Image:
    return document().filter(ImageFilter.GaussianBlur(sigma))


def shaken(pixels: int, sideways: bool) -> Image.Image:
    """Moved while the shutter was open."""
    picture = document()
    size = (WIDTH // pixels, HEIGHT) if sideways else (WIDTH, HEIGHT // pixels)
    return picture.resize(size, Image.Resampling.BOX).resize(picture.size, Image.Resampling.BILINEAR)


def lit(share: float) -> Image.Image:
    return ImageEnhance.Brightness(document()).enhance(share)


@pytest.mark.parametrize(
    ("make", "codes"),
    [
        (document, ()),
        (lambda: out_of_focus(1.0), ()),
        (lambda: out_of_focus(1.5), ()),
        (lambda: out_of_focus(2.0), (BLURRED,)),
        (lambda: out_of_focus(3.0), (BLURRED,)),
        (lambda: shaken(4, True), ()),
        (lambda: shaken(4, False), (BLURRED,)),
        (lambda: shaken(9, True), (BLURRED,)),
        (lambda: shaken(9, False), (BLURRED,)),
        (lambda: lit(0.5), ()),
        (lambda: lit(0.4), ()),
        (lambda: lit(0.35), (DARK,)),
        (lambda: lit(0.2), (DARK,)),
        (lambda: burnt(20), ()),
        (lambda: burnt(40), ()),
        (lambda: burnt(60), (GLARE,)),
        (lambda: burnt(150), (GLARE,)),
        (lambda: document(shifted=0.05), ()),
        (lambda: document(shifted=0.09), ()),
        (lambda: document(shifted=0.14), (CUT_OFF,)),
        (lambda: document(shifted=0.3), (CUT_OFF,)),
        (lambda: document(shifted=0.3).transpose(Image.Transpose.ROTATE_90), (CUT_OFF,)),
        (lambda: document(shifted=0.3).transpose(Image.Transpose.ROTATE_180), (CUT_OFF,)),
    ],
)
def test_each_warning_begins_where_reading_becomes_hard(
    make: Callable[[], Image.Image], codes: tuple[str, ...]
) -> None:
    assert noticed(make(), 2016) == codes


@pytest.mark.parametrize(
    "make",
    [
        lambda: document(table=255, paper=255),
        lambda: document(table=250, paper=235),
        lambda: document(table=20),
        lambda: document(paper=170),
        lambda: Image.effect_noise((WIDTH, HEIGHT), 20),
        lambda: burnt(150, at=(60, 60)),
        lambda: document().resize((1008, 1)),
        lambda: document().resize((1, 1008)),
        lambda: Image.new("L", (1, 1), 200),
    ],
    ids=["scan", "white table", "black table", "grey paper", "noise", "lamp", "wide", "tall", "dot"],
)
def test_what_is_only_unusual_is_not_warned_of(make: Callable[[], Image.Image]) -> None:
    assert noticed(make(), 2016) == ()


def test_a_page_of_one_colour_is_told() -> None:
    for level in (0, 128, 255):
        found = noticed(Image.new("L", (WIDTH, HEIGHT), level), 2016)
        assert found == ((DARK, BLANK) if level == 0 else (BLANK,))


def test_drawn_photographs_are_told_for_what_they_are() -> None:
    """Cards on nine kinds of tables: nothing is said of a good one, and most bad ones are told."""
    alarms: list[str] = []
    told: Counter[str] = Counter()
    drawn_so: Counter[str] = Counter()
    for what, right, picture in drawn.shots():
        found = noticed(picture, 2016)
        if right is None:
            alarms.extend(f"{code} for {what}" for code in found)
        else:
            drawn_so[right] += 1
            told[right] += right in found
    assert alarms == []
    missed = {code: count - told[code] for code, count in drawn_so.items()}
    assert drawn_so == {"cut_off": 36, "small": 18, "blurred": 45, "blank": 6}
    assert all(missed[code] <= most for code, most in (("cut_off", 3), ("small", 2), ("blurred", 3), ("blank", 0))), (
        missed
    )


def test_a_picture_is_too_small_below_what_small_print_needs() -> None:
    assert noticed(document(), SMALLEST) == ()
    assert noticed(document(), SMALLEST - 1) == (TOO_SMALL,)


def test_several_warnings_are_said_in_one_order() -> None:
    assert noticed(lit(0.3).filter(ImageFilter.GaussianBlur(3)), 640) == (BLURRED, DARK, TOO_SMALL)


@pytest.mark.parametrize(("sigma", "codes"), [(0.0, ()), (2.0, ()), (8.0, (BLURRED,))])
def test_a_photo_is_judged_as_it_will_be_looked_at(sigma: float, codes: tuple[str, ...]) -> None:
    # Four times as wide as the picture that is judged: a blur of 8 px is one of 2 px there.
    photo = document().resize((4 * WIDTH, 4 * HEIGHT), Image.Resampling.LANCZOS).filter(ImageFilter.GaussianBlur(sigma))
    assert clean(pictures.jpeg(photo.convert("RGB")), JPEG, 50_000_000).warnings == codes
