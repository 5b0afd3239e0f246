"""What staff asked to mend: which fields and documents that opens, and what answers it."""

from collections.abc import Iterable
from uuid import UUID

from rules.policy import Policy
from services.intake.model.amendments import may_amend
from services.intake.model.applications import CORRECTION_REQUESTED, NEW, PROVISIONAL, Application, Reason
from services.intake.model.documents import Document
from services.intake.model.forms import CHANGEABLE

#: What may have to be mended along with a field; open with it, but never asked for.
_ALONG = {
    "name": ("kana",),
    "birth_date": ("guardian_name", "guardian_relation"),
    "postal_code": ("address",),
    "address": ("postal_code",),
    "category": ("organisation_name", "organisation_address", "guardian_name", "guardian_relation"),
    "guardian_name": ("guardian_relation",),
    "organisation_name": ("organisation_address",),
    "organisation_address": ("organisation_name",),
}


def open_fields(policy: Policy, application: Application) -> tuple[str, ...]:
    """The fields that the applicant may change now."""
    if application.status == PROVISIONAL or may_amend(application):
        fields = set(CHANGEABLE)
    elif application.status == CORRECTION_REQUESTED:
        named = {field for reason in application.corrections for field in _fields_answering(policy, reason)}
        # Also what was changed too late for staff to see: it goes with the correction, or can be taken back.
        named |= application.missed.keys()
        fields = named | {other for field in named for other in _ALONG.get(field, ())}
    else:
        return ()
    if application.applicant.kind == NEW:
        fields.discard("card_number")
    return tuple(field for field in CHANGEABLE if field in fields)


def named_fields(policy: Policy, application: Application) -> set[str]:
    """The fields that staff named, by themselves or by the reason; not those that only may be changed."""
    asked = [reason for reason in application.corrections if not is_whole(policy, reason)]
    return {field for reason in asked for field in _fields_answering(policy, reason)}


def is_whole(policy: Policy, reason: Reason) -> bool:
    """Whether it is for the applicant to see what needs mending: staff named neither field nor document."""
    return reason.item == "application" and not _named_by(policy, reason)


def together(field: str) -> tuple[str, ...]:
    """The field and what may have to be changed along with it."""
    return (field, *_ALONG.get(field, ()))


def may_touch(application: Application, document: Document) -> bool:
    """Whether the applicant may replace or remove this document now."""
    if application.status == PROVISIONAL:
        return True
    named = any(reason.item == f"document:{document.id}" for reason in application.corrections)
    return application.status == CORRECTION_REQUESTED and (named or document.round > application.round)


def may_add(policy: Policy, application: Application) -> bool:
    """Whether a further document answers anything that was asked for."""
    return application.status == PROVISIONAL or any(
        reason.item.startswith("document:") or _answered_by_more(policy, reason) for reason in application.corrections
    )


def answered_by_fields(policy: Policy, application: Application, fields: Iterable[str]) -> frozenset[str]:
    """The items that are answered once these fields were saved (also unchanged: then they are confirmed)."""
    saved = set(fields)
    return frozenset(
        reason.item for reason in application.corrections if not saved.isdisjoint(_fields_answering(policy, reason))
    )


def answered_by_document(policy: Policy, application: Application, replaced: UUID | None) -> frozenset[str]:
    """The items that are answered by a new document, which replaces this one."""
    return frozenset(
        reason.item
        for reason in application.corrections
        if reason.item == f"document:{replaced}" or _answered_by_more(policy, reason)
    )


def named_documents(application: Application) -> list[UUID]:
    """The documents that staff named, by the ids that they had then."""
    items = (reason.item.partition(":") for reason in application.corrections)
    return [UUID(name) for kind, _, name in items if kind == "document" and name]


def unanswered(application: Application) -> list[str]:
    """The items that the applicant has not answered, in the order in which they were asked."""
    items = dict.fromkeys(reason.item for reason in application.corrections)
    return [item for item in items if item not in application.corrected]


def _fields_answering(policy: Policy, reason: Reason) -> set[str]:
    kind, _, name = reason.item.partition(":")
    if kind == "field":
        return {name}
    # The name on the card differs: perhaps it is the form that is wrong.
    named = _named_by(policy, reason)
    return set(CHANGEABLE) if kind == "application" and not named else named


def _named_by(policy: Policy, reason: Reason) -> set[str]:
    """The fields that the policy gives this reason for."""
    return {item.removeprefix("field:") for item in _items(policy, reason) if item.startswith("field:")}


def _answered_by_more(policy: Policy, reason: Reason) -> bool:
    """True where another document helps: a bill that shows the new address. A blurred photo must itself be replaced.

    The policy says so by giving the reason for documents and for certain fields alike.
    """
    items = _items(policy, reason)
    return reason.item == "application" or ("document" in items and any(item.startswith("field:") for item in items))


def _items(policy: Policy, reason: Reason) -> tuple[str, ...]:
    found = policy.reason(reason.code)
    return found.items if found else ()
