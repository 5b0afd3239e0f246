"""Which documents may be chosen today, for what, and what still is to be sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from chassis.web.languages import gettext
from chassis.web.languages import marked as _
from rules.dates import age
from rules.identity_documents import Document as Sent
from rules.identity_documents import document_type, offered_to, refusal, sides_that_help
from rules.policy import Policy
from rules.policy_choices import DocumentType, Side
from services.intake.model.forms import needs_guardian
from services.intake.model.views import ApplicationView
from services.intake.pages.fields import names
from services.intake.pages.frame import text_of

_WHO = frozenset(("name", "birth_date"))
_WORK_OR_SCHOOL = _("市内の勤務先・学校がわかるもの")
#: What proves that one belongs to the city, by the category's basis.
_BELONGING = {"work": _("市内の勤務先がわかるもの"), "school": _("市内の学校がわかるもの")}

#: So many are shown at once; the others one press away.
FIRST = 6


@dataclass(frozen=True)
class Group:
    """Documents that serve one purpose."""

    title: str
    body: str
    first: tuple[DocumentType, ...]
    rest: tuple[DocumentType, ...] = ()


def sides_of(policy: Policy, code: str, on: date) -> tuple[Side, ...]:
    """The sides that may be sent today; () where the document cannot be used."""
    kind = document_type(policy, code)
    return tuple(side for side in kind.sides if refusal(policy, code, side.code, on) is None) if kind else ()


def refused_sides(policy: Policy, code: str, on: date) -> tuple[Side, ...]:
    """Sides that must not be sent although the document may."""
    kind = document_type(policy, code)
    return tuple(side for side in kind.sides if side.refused_as) if kind and sides_of(policy, code, on) else ()


def of_kind(policy: Policy, kind: str, on: date) -> tuple[DocumentType, ...]:
    """The documents of this kind (identity, supplement, affiliation) that can be used today."""
    return tuple(each for each in policy.document_types if each.kind == kind and sides_of(policy, each.code, on))


def ended(policy: Policy, on: date) -> tuple[DocumentType, ...]:
    """Those that people may still bring and that are no longer (or never) taken."""
    return tuple(
        each
        for each in policy.document_types
        if each.note and not sides_of(policy, each.code, on) and not (each.valid_from and on < each.valid_from)
    )


def name_of(policy: Policy, code: str, side_code: str) -> str:
    """運転免許証（裏面）; without the side where there is only one."""
    kind, named = document_type(policy, code), policy.document_type(code)
    if kind is None or named is None:
        return code
    usable = [side for side in kind.sides if not side.refused_as]
    side = next((each for each in kind.sides if each.code == side_code), None)
    name = text_of(policy, named.name)
    if side is None or len(usable) < 2:
        return name
    return gettext("%(document)s %(side)s") % {"document": name, "side": text_of(policy, side.name).lower()}


def asks_for_address(policy: Policy, code: str, on: date) -> bool:
    """Whether the applicant must say if the address on it is the present one."""
    kind = document_type(policy, code)
    proves = any("current_address" in side.proves for side in sides_of(policy, code, on))
    return kind is not None and kind.kind == "identity" and proves


def next_side(policy: Policy, code: str, sides: Iterable[Side], sent: set[str], address_is_old: bool) -> Side:
    """The side to send next: what is needed first, then where a new address is written, then again from the first."""
    every = tuple(sides)
    helping = helping_sides(policy, code, sent, address_is_old)
    for side in every:
        if side.code not in sent and (side.required or side.code in helping):
            return side
    return every[0]


def helping_sides(policy: Policy, code: str, sent: Iterable[str], address_is_old: bool) -> list[str]:
    """Sides not sent yet on which the present address may be written."""
    return sides_that_help(policy, Sent(code, frozenset(sent), not address_is_old))


def still_needed(policy: Policy, view: ApplicationView, on: date) -> list[str]:
    """What is still to be sent, each by its name: sides of documents that were begun, then further documents."""
    lacks = _lacking(policy, view)
    return [
        *(name_of(policy, code, side) for code, side in view.missing_sides),
        *([_title_of_identity(policy, view, on)] if lacks & _WHO else []),
        *([gettext("いまの住所がわかるもの")] if "current_address" in lacks and not lacks & _WHO else []),
        *([_title_of_belonging(_basis(policy, view))] if "work_or_school" in lacks else []),
    ]


def groups(policy: Policy, view: ApplicationView, on: date) -> list[Group]:
    """What to choose from, with what is needed first."""
    lacks, knows_who = set(view.missing), not _WHO & set(view.missing)
    who, where, work = (of_kind(policy, kind, on) for kind in ("identity", "supplement", "affiliation"))
    born = view.application.applicant.display("birth_date")
    if born:
        who = tuple(offered_to(who, age(date.fromisoformat(born), on)))
    title = _title_of_identity(policy, view, on)
    if _for_a_child(policy, view, on):
        title = gettext("お子さまの本人確認書類を選択してください")
    identity = Group(title, gettext("お名前・住所・生年月日がわかるもの。"), who[:FIRST], who[FIRST:])
    address = Group(
        gettext("いまの住所がわかるもの"),
        gettext(
            "本人確認書類の住所が古いときや、住所が書いていないときに使います。お名前といまの住所が書いてあるものです。"
        ),
        where,
    )
    basis = _basis(policy, view)
    fitting = tuple(kind for kind in work if kind.basis in (None, basis)) or work
    belonging = Group(
        _title_of_belonging(basis),
        gettext("通勤・通学の方に必要です。"),
        fitting,
        tuple(kind for kind in work if kind not in fitting),
    )
    category = policy.category(view.application.applicant.display("category"))
    if category is None or "work_or_school" not in category.proofs:
        return [address, identity] if knows_who else [identity, address]
    if not knows_who:
        return [identity, address, belonging]
    return [address, belonging, identity] if "current_address" in lacks else [belonging, address, identity]


def _lacking(policy: Policy, view: ApplicationView) -> set[str]:
    """The proofs that will be missing once the missing sides are sent."""
    lacks = set(view.missing)
    for code, side_code in view.missing_sides:
        kind = document_type(policy, code)
        said_old = any(each.type == code and each.shows_current_address is False for each in view.documents)
        for side in kind.sides if kind else ():
            if side.code == side_code:
                lacks -= set(side.proves) - ({"current_address"} if said_old else set())
    return lacks


def _basis(policy: Policy, view: ApplicationView) -> str:
    category = policy.category(view.application.applicant.display("category"))
    return category.basis if category else ""


def _title_of_belonging(basis: str) -> str:
    return gettext(_BELONGING.get(basis, _WORK_OR_SCHOOL))


def _title_of_identity(policy: Policy, view: ApplicationView, on: date) -> str:
    return gettext("お子さまの本人確認書類") if _for_a_child(policy, view, on) else gettext("本人確認書類")


def _for_a_child(policy: Policy, view: ApplicationView, on: date) -> bool:
    """Whether somebody else fills in for a child: it is the child's documents that are needed."""
    applicant = view.application.applicant
    child = needs_guardian(policy, applicant.display("category"), applicant.display("birth_date"), on)
    return child and applicant.filled_by != "self"


def refusal_of(policy: Policy, code: str, on: date) -> str:
    """Why this document cannot be used at all."""
    kind = document_type(policy, code)
    return refusal(policy, code, kind.sides[0].code if kind and kind.sides else "", on) or "unknown_type"


def supplements(policy: Policy, on: date) -> str:
    """The names of what proves a present address."""
    return names(policy, (each.name for each in of_kind(policy, "supplement", on)))
