"""Duplicate candidates: who might be the same person. People decide, never the machine."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

#: As many are shown; more than that nobody compares.
MOST = 50
#: The reasons, strongest first. The same e-mail alone is none: families share one.
KANA_AND_BIRTH_DATE = "kana_and_birth_date"
NAME_AND_BIRTH_DATE = "name_and_birth_date"
ADDRESS_AND_BIRTH_DATE = "address_and_birth_date"
PHONE = "phone"
REASON_TEXTS = {
    KANA_AND_BIRTH_DATE: "フリガナと生年月日が同じ",
    NAME_AND_BIRTH_DATE: "氏名（異体字を含む）と生年月日が同じ",
    ADDRESS_AND_BIRTH_DATE: "住所と生年月日が同じ",
    PHONE: "電話番号が同じ",
}


@dataclass(frozen=True)
class Person:
    """What is compared: match keys, never what people typed. "" and None match nothing."""

    name_key: str
    kana_key: str | None
    birth_date: date
    address_key: str
    phone_key: str


@dataclass(frozen=True)
class Candidate:
    """Another case, or a registration, of perhaps the same person. `id` is that case's or registration's."""

    id: UUID
    source: str
    reasons: tuple[str, ...]
    #: Of a case.
    receipt_number: str | None
    #: Of a registration.
    card_number: str | None
    status: str
    name: str
    kana: str | None
    birth_date: date
    address: str
    phone: str
    #: What staff said in an earlier decision on this case, if they did.
    verdict: str | None = None
    #: Rather somebody of the same family than the same person.
    perhaps_family: bool = False


def same_because(one: Person, other: Person) -> tuple[str, ...]:
    """The reasons why these may be one person; () when there are none."""
    born_alike = one.birth_date == other.birth_date
    found = (
        (KANA_AND_BIRTH_DATE, born_alike and alike(one.kana_key, other.kana_key)),
        (NAME_AND_BIRTH_DATE, born_alike and alike(one.name_key, other.name_key)),
        (ADDRESS_AND_BIRTH_DATE, born_alike and alike(one.address_key, other.address_key)),
        (PHONE, alike(one.phone_key, other.phone_key)),
    )
    return tuple(reason for reason, holds in found if holds)


def perhaps_family(one: Person, other: Person) -> bool:
    """Whether two people share a telephone and nothing that is one person's own: neither birth date nor name nor kana."""
    own = (
        one.birth_date == other.birth_date,
        alike(one.name_key, other.name_key),
        alike(one.kana_key, other.kana_key),
    )
    return same_because(one, other) == (PHONE,) and not any(own)


@dataclass(frozen=True)
class Found:
    """`more`: others were found too, none of whom has more in common with the person than those that are shown."""

    candidates: tuple[Candidate, ...]
    more: bool


def strongest(found: Iterable[Candidate], spoken_of: Iterable[Candidate]) -> Found:
    """The first MOST of those found by rank: by how many reasons, family last; and everybody who was spoken of."""
    ranked = sorted({each.id: each for each in found}.values(), key=_rank)
    shown = {each.id: each for each in (*ranked[:MOST], *spoken_of)}
    return Found(tuple(sorted(shown.values(), key=_rank)), len(ranked) > MOST)


def _rank(candidate: Candidate) -> tuple[int, bool, UUID]:
    return -len(candidate.reasons), candidate.perhaps_family, candidate.id


def in_words(reasons: Sequence[str]) -> tuple[str, ...]:
    """The reasons for people."""
    return tuple(REASON_TEXTS[reason] for reason in reasons)


def alike(one: str | None, other: str | None) -> bool:
    """Whether two match keys are equal; nothing is equal to nothing."""
    return bool(one) and one == other
