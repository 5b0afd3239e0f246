"""A card's barcode says the card's number: the patterns below were read by a scanner's own library (ZXing)."""

from dataclasses import replace
from pathlib import Path

import pytest

from rules.policy import load_policy
from rules.policy_cards import CardNumbers
from services.intake.model.barcodes import Barcode, barcode

NUMBERS = load_policy(Path(__file__).parents[2] / "config" / "library.toml").card_numbers


def _with(symbology: str, start_stop: str = "AA") -> CardNumbers:
    return replace(NUMBERS, symbology=symbology, start_stop=start_stop)


def _widths(code: Barcode) -> str:
    """Bars and spaces in turn, in units of the picture."""
    (start, _), *_ = code.bars
    widths, at = [], start
    for left, width in code.bars:
        widths += [left - at, width]
        at = left + width
    return "".join(map(str, widths[1:]))


@pytest.mark.parametrize(
    ("symbology", "number", "widths"),
    [
        (
            "codabar",
            "2900000123458",
            "22552522222522525225222222222552222225522222255222222552222225522222552222252252552222222252252252222522255222222255252",
        ),
        (
            "codabar",
            "0123456789-$:/.+",
            "22552522222225522222552222252252552222222252252252222522252222522522522225522222522522222225522222552222522252525252225252525222225252522255252",
        ),
        (
            "code39",
            "2900000123458",
            "25225252222255222252225522522222255252222225525222222552522222255252222225525222522522225222552222525255222222222552225252255222225225225222252252522",
        ),
        (
            "code39",
            "0123456789",
            "25225252222225525222522522225222552222525255222222222552225252255222222255522222222522525252252252222255225222252252522",
        ),
        ("jan13", "2900000123458", "22262246422224622466422224622222444242442822226424622426222"),
        ("jan13", "4006381333931", "22264222246222828226242244422222282228222822622428224442222"),
        ("code128", "2900000123458", "4224284464222262824282424244444244442244642622466246226422444662224"),
        ("code128", "29000001234588", "4224646444224244444244444442446242622262468424222444264662224"),
    ],
)
def test_each_symbology_is_as_a_reader_reads_it(symbology: str, number: str, widths: str) -> None:
    code = barcode(_with(symbology), number)
    assert code is not None
    assert _widths(code) == widths


@pytest.mark.parametrize("symbology", ["codabar", "code39", "jan13", "code128"])
def test_readers_find_their_white_on_both_sides(symbology: str) -> None:
    code = barcode(_with(symbology), "2900000123458")
    assert code is not None
    (left, _), (last, width) = code.bars[0], code.bars[-1]
    assert (left, code.width - last - width) == ((22, 22) if symbology == "jan13" else (20, 20))


def test_the_letters_of_codabar_are_the_policy_s() -> None:
    codes = {letters: barcode(_with("codabar", letters), "29") for letters in ("AA", "AB", "BA", "CD")}
    assert len(set(codes.values())) == 4


@pytest.mark.parametrize(
    ("symbology", "number"),
    [
        ("none", "2900000123458"),
        ("codabar", ""),
        ("codabar", "29A0"),
        ("code39", "29-"),
        ("code128", "２９"),
        ("jan13", "290000012345"),
        ("jan13", "2900000123459"),
    ],
)
def test_what_a_symbology_cannot_say_has_no_barcode(symbology: str, number: str) -> None:
    assert barcode(_with(symbology), number) is None
