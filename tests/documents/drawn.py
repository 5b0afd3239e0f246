"""Photographs of cards, drawn: what is on them, on what they lie and what went wrong is known.

python -m tests.documents.drawn     how often each warning is right and how often it is a false alarm, by what was drawn
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageFont

from services.documents.model.warnings import noticed

SIZE = (1008, 756)
#: On what cards lie.
TABLES = ("dark", "grey", "white", "wood", "checks", "rug", "stripes", "window", "marble")


@dataclass(frozen=True)
class Shot:
    """How a card is photographed: its width as a share of the picture's, its middle, and its turn in degrees."""

    table: str
    share: float = 0.78
    x: float = 0.5
    y: float = 0.5
    turn: float = 0.0
    seed: int = 0


@cache
def card(width: int, seed: int) -> Image.Image:
    """A licence of this width: a head, lines of print from large to small, a stamp, a rim of plain paper."""
    chance, height = random.Random(seed), width * 54 // 86
    paper = chance.choice((215, 228, 240))
    face = Image.new("L", (width, height), paper)
    draw = ImageDraw.Draw(face)
    draw.rounded_rectangle((width * 69 // 100, height * 30 // 100, width * 94 // 100, height * 80 // 100), 8, fill=140)
    draw.ellipse((width * 75 // 100, height * 36 // 100, width * 88 // 100, height * 62 // 100), fill=190)
    y = height * 7 // 100
    for size, length in ((7, 20), (6, 26), (5, 28), (5, 28), (4, 40), (4, 40), (4, 34)):
        pixels = max(6, height * size // 100)
        text = "".join(chance.choice("東京都千代田区0123456789ABCDEHKMNRSWX") for _ in range(length))
        text = "".join(each if each.isascii() else chance.choice("#%&@WM") for each in text)
        draw.text((width * 5 // 100, y), text, fill=chance.choice((25, 40, 60)), font=ImageFont.load_default(pixels))
        y += round(pixels * 1.9)
        if y > height * 88 // 100:
            break
    return face


def grain(size: tuple[int, int], deviation: float, seed: int) -> Image.Image:
    """Noise around a middle grey: the same each time, unlike Pillow's own."""
    chance, (width, height) = random.Random(seed), size
    one, other, third, last = (Image.frombytes("L", size, chance.randbytes(width * height)) for _ in range(4))
    even = Image.blend(Image.blend(one, other, 0.5), Image.blend(third, last, 0.5), 0.5)
    # Of one byte the standard deviation is 73.9, of the mean of four half of it.
    return even.point([round(max(0, min(255, 128 + (value - 127.5) * deviation / 36.95))) for value in range(256)])


@cache
def table(name: str, seed: int) -> Image.Image:
    """What a card lies on."""
    chance, (width, height) = random.Random(seed + 99), SIZE
    plain = {"dark": 45, "grey": 120, "white": 235, "window": 90, "marble": 190, "wood": 130}.get(name, 110)
    picture = Image.new("L", SIZE, plain)
    draw = ImageDraw.Draw(picture)
    if name == "wood":
        for y in range(0, height, 7):
            draw.line(
                (0, y, width, y + chance.randint(-9, 9)),
                fill=plain + chance.randint(-35, 35),
                width=chance.randint(1, 4),
            )
    elif name in ("checks", "stripes"):
        step = chance.choice((18, 30, 46))
        for x in range(0, width, 2 * step):
            draw.rectangle((x, 0, x + step, height), fill=60)
        if name == "checks":
            rows = Image.new("L", SIZE, 255)
            for y in range(0, height, 2 * step):
                ImageDraw.Draw(rows).rectangle((0, y, width, y + step), fill=140)
            picture = ImageChops.multiply(
                Image.new("L", SIZE, 220), ImageChops.multiply(picture.point(lambda v: min(255, v * 2)), rows)
            )
    elif name == "rug":
        picture = grain((width // 4, height // 4), 70, seed).resize(SIZE)
    elif name == "window":
        picture = Image.linear_gradient("L").resize(SIZE).point(lambda value: 60 + value // 2)
    elif name == "marble":
        picture = ImageEnhance.Contrast(grain((21, 16), 60, seed).resize(SIZE, Image.Resampling.BICUBIC)).enhance(0.6)
    return picture


def photographed(shot: Shot) -> Image.Image:
    """The grey picture in the size in which it is judged, with a sensor's grain."""
    face = card(round(SIZE[0] * shot.share * 2), shot.seed)
    mask = Image.new("L", face.size, 255)
    turned = [each.rotate(shot.turn, Image.Resampling.BICUBIC, expand=True) for each in (face, mask)]
    turned = [each.resize((each.width // 2, each.height // 2), Image.Resampling.BOX) for each in turned]
    picture = table(shot.table, shot.seed).copy()
    at = round(SIZE[0] * shot.x - turned[0].width / 2), round(SIZE[1] * shot.y - turned[0].height / 2)
    picture.paste(turned[0], at, turned[1])
    return Image.blend(picture, grain(SIZE, 10, shot.seed), 0.06)


def moved(picture: Image.Image, pixels: int, turn: float) -> Image.Image:
    """Shaken while the shutter was open: along a line of so many pixels, at this angle."""
    around = picture.rotate(turn, Image.Resampling.BICUBIC, expand=True, fillcolor=110)
    lighter = [ImageChops.offset(around, step, 0) for step in range(pixels)]
    mean = lighter[0]
    for number, each in enumerate(lighter[1:], 2):
        mean = Image.blend(mean, each, 1 / number)
    back = mean.rotate(-turn, Image.Resampling.BICUBIC, expand=True)
    left, top = (back.width - picture.width) // 2, (back.height - picture.height) // 2
    return back.crop((left, top, left + picture.width, top + picture.height))


def focus(sigma: float) -> Callable[[Image.Image], Image.Image]:
    return lambda picture: picture.filter(ImageFilter.GaussianBlur(sigma))


def shots() -> Iterator[tuple[str, str | None, Image.Image]]:
    """What was drawn, the warning that is right (None: none at all), and the picture."""
    for seed, name in enumerate(TABLES):
        for share, turn in ((0.78, 0.0), (0.66, 2.0), (0.6, 37.0)):
            yield f"whole, {name}", None, photographed(Shot(name, share, 0.5, 0.5, turn, seed))
        for x, y, share in ((0.8, 0.5, 0.78), (0.22, 0.5, 0.78), (0.5, 0.86, 0.78), (0.5, 0.5, 1.25)):
            yield f"cut, {name}", "cut_off", photographed(Shot(name, share, x, y, 0.0, seed))
        for x, y in ((0.5, 0.5), (0.35, 0.6)):
            yield f"small, {name}", "small", photographed(Shot(name, 0.28, x, y, 4.0, seed))
        for sigma in (3.0, 4.5):
            yield f"out of focus, {name}", "blurred", focus(sigma)(photographed(Shot(name, 0.72, seed=seed)))
        for turn in (0.0, 90.0, 45.0):
            yield f"shaken, {name}", "blurred", moved(photographed(Shot(name, 0.72, seed=seed)), 12, turn)
        yield f"a little soft, {name}", None, focus(0.8)(photographed(Shot(name, 0.72, seed=seed)))
    for level in (0, 30, 128, 200, 255):
        yield "one colour", "blank", Image.blend(Image.new("L", SIZE, level), grain(SIZE, 10, level), 0.06)
    yield "one colour, shaded", "blank", Image.linear_gradient("L").resize(SIZE).point(lambda value: 120 + value // 4)


def main() -> None:
    rows: dict[str, list[int]] = {}
    alarms: dict[str, int] = {}
    for what, right, picture in shots():
        found = noticed(picture, 2016)
        row = rows.setdefault(what, [0, 0])
        row[1] += 1
        row[0] += not found if right is None else right in found
        for code in found:
            if code != right:
                alarms[f"{code} for {what}"] = alarms.get(f"{code} for {what}", 0) + 1
    for what, (hits, count) in rows.items():
        print(f"{what}: {hits} of {count}")
    print("false alarms:", alarms)


if __name__ == "__main__":
    main()
