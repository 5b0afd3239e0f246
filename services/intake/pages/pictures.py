"""Drawings of documents: which side is meant, and where on it are the places to hide."""

from dataclasses import dataclass

from rules.policy_choices import DocumentType, Side
from rules.policy_library import Texts

#: x, y, width and height in percent of the paper.
Box = tuple[int, int, int, int]

#: Where the places usually are. Cards differ from insurer to insurer, so this only helps to find them.
_PLACES: dict[str, Box] = {
    "symbol": (6, 24, 26, 12),
    "number": (36, 24, 30, 12),
    "branch_number": (70, 24, 14, 12),
    "insurer_number": (6, 80, 44, 12),
    "qr_code": (76, 62, 18, 30),
    "pension_number": (10, 30, 60, 9),
    "individual_number": (46, 26, 44, 7),
    "resident_code": (46, 16, 44, 7),
    "registered_domicile": (10, 64, 70, 7),
}
_BOOKS = ("passport", "mother_and_child_handbook", "pension_handbook", "disability_certificate")


@dataclass(frozen=True)
class Place:
    """A place to hide: its number in the drawing, its name, and where it is."""

    number: int
    name: Texts
    box: Box


@dataclass(frozen=True)
class Picture:
    """`shape`: card, book or sheet. `back`: the side without the face. `new_address`: a new address is written here."""

    shape: str
    back: bool
    new_address: bool
    places: tuple[Place, ...]


def picture_of(kind: DocumentType, side: Side) -> Picture:
    """The drawing of this side."""
    return Picture(_shape(kind, side), side.code == "back", side.address_changes, places_of(kind))


def places_of(kind: DocumentType) -> tuple[Place, ...]:
    """What is to be hidden; a place that nobody has drawn is put below the others."""
    return tuple(
        Place(index + 1, each.name, _PLACES.get(each.code, (6, 12 + 14 * (index % 6), 40, 9)))
        for index, each in enumerate(kind.mask)
    )


def _shape(kind: DocumentType, side: Side) -> str:
    if kind.code in _BOOKS:
        return "book"
    if side.code.startswith("page") or kind.kind == "supplement":
        return "sheet"
    return "card"
