"""What the policy lets people choose: kinds, languages, branches, categories, documents, reasons. Codes are retired, not deleted."""

from dataclasses import dataclass
from datetime import date

from rules.policy_library import Texts

#: What may be applied for: a card, a longer one, other details, another card for a lost one.
KINDS = ("new", "renewal", "change", "replacement")


@dataclass(frozen=True)
class Kinds:
    """`offered`: those that may be applied for here; all others are for the telephone and the counter."""

    offered: tuple[str, ...] = KINDS


@dataclass(frozen=True)
class Named:
    code: str
    name: Texts
    retired: bool = False


@dataclass(frozen=True)
class Language:
    """`name` in the language itself; `html_lang` for the page's lang attribute."""

    code: str
    name: str
    html_lang: str
    retired: bool = False


@dataclass(frozen=True)
class Branch:
    """`closed_weekdays` unset: as the library; `pickup`: reserved books can be collected here."""

    code: str
    name: Texts
    kind: str
    pickup: bool = True
    closed_weekdays: tuple[str, ...] | None = None
    retired: bool = False


@dataclass(frozen=True)
class MunicipalityList:
    """Municipalities without prefecture and county (嘉島町), in force from `valid_from` to `valid_until` inclusive.

    `url`: the page where the library itself says which they are.
    """

    code: str
    name: Texts
    prefecture: str
    municipalities: tuple[str, ...]
    source: str
    url: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True)
class Category:
    """`basis`: residence, work or school, which must lie in one of `lists`; `proofs` the documents must give."""

    code: str
    name: Texts
    description: Texts
    basis: str
    lists: tuple[str, ...]
    proofs: tuple[str, ...]
    validity_years: int
    needs_organisation: bool = False
    needs_guardian: bool = True
    retired: bool = False


@dataclass(frozen=True)
class Side:
    """One side or page. `address_changes`: a new address is written here. `refused_as`: never to be sent."""

    code: str
    name: Texts
    proves: tuple[str, ...] = ()
    required: bool = False
    address_changes: bool = False
    refused_as: str | None = None


@dataclass(frozen=True)
class DocumentType:
    """`refused_as`: the code for a document outside its validity, or (without any dates) never accepted.

    `mask` names what must be hidden, `may_hide` what is not needed; `issued_within_months` how fresh it must be;
    `treat_as` the type whose rules it has; `replaced_by` what to bring instead.

    `least_age` and `most_age`: nobody younger or older has one; with a `most_age` it is made for the young. `basis`: what
    it proves where both work and school are taken.
    """

    code: str
    name: Texts
    sides: tuple[Side, ...]
    kind: str
    mask: tuple[Named, ...] = ()
    may_hide: tuple[Named, ...] = ()
    note: Texts | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    issued_within_months: int | None = None
    refused_as: str | None = None
    replaced_by: tuple[str, ...] = ()
    treat_as: str | None = None
    least_age: int | None = None
    most_age: int | None = None
    basis: str | None = None
    retired: bool = False


@dataclass(frozen=True)
class Reason:
    """`items`: document, application, field or field:<name>; `decisions`: correct, reject.

    `rejected_text`: what is said where nothing can be sent any more; without it, `text`.
    """

    code: str
    name: Texts
    text: Texts
    items: tuple[str, ...]
    decisions: tuple[str, ...]
    rejected_text: Texts | None = None
    retired: bool = False

    @property
    def text_when_rejected(self) -> Texts:
        return self.rejected_text or self.text
