"""What a submission needs, and what the rules answer on its day."""

from collections.abc import Iterable, Sequence
from datetime import date

from chassis.errors import FieldError
from rules import identity_documents
from rules.eligibility import category_allowed
from rules.policy import Policy
from services.intake import messages
from services.intake.model.applications import Applicant, Application
from services.intake.model.documents import Document
from services.intake.model.forms import needs_guardian

#: What the outcomes follow from: they are asked again only where one of these was mended.
_DECISIVE = frozenset(("category", "address", "organisation_address", "birth_date"))


def living(documents: Iterable[Document]) -> tuple[Document, ...]:
    """Those whose image still exists."""
    return tuple(document for document in documents if document.deleted_at is None)


def missing_proofs(policy: Policy, applicant: Applicant, documents: Iterable[Document], on: date) -> list[str]:
    """What the documents together do not prove yet."""
    return identity_documents.missing_proofs(policy, applicant.display("category"), _together(documents), on)


def missing_sides(policy: Policy, documents: Iterable[Document], on: date) -> list[tuple[str, str]]:
    """(type, side) of each side that a document that was begun still needs."""
    return identity_documents.missing_sides(policy, _together(documents), on)


def missing_errors(proofs: Sequence[str], sides: Sequence[tuple[str, str]]) -> list[FieldError]:
    """What is missing, one error each."""
    return [
        *(FieldError("documents", proof, messages.text(f"proof_{proof}")) for proof in proofs),
        *(
            FieldError(f"documents.{type_}.{side}", "side_missing", messages.text("side_missing"))
            for type_, side in sides
        ),
    ]


def outcomes(policy: Policy, application: Application, on: date) -> dict[str, str]:
    """What the rules answer. Those given before stand unless the applicant has mended what they follow from."""
    if application.outcomes is not None and not settled_anew(application):
        return dict(application.outcomes)
    return {**_answers(policy, application.applicant, on), "documents": "sufficient"}


def asked(policy: Policy, applicant: Applicant, documents: Sequence[Document], on: date) -> dict[str, str]:
    """What the rules answer to an application that was changed while it waits: nobody is held up by missing documents."""
    lacking = missing_proofs(policy, applicant, documents, on)
    return {**_answers(policy, applicant, on), "documents": "insufficient" if lacking else "sufficient"}


def decides(changed: Iterable[str]) -> bool:
    """Whether the rules must be asked again where these fields were changed."""
    return not _DECISIVE.isdisjoint(changed)


def settled_anew(application: Application) -> bool:
    """Whether the rules must be asked: the first time, or again after a correction of what decides."""
    return application.outcomes is None or decides(_fields(application.corrected))


def _answers(policy: Policy, applicant: Applicant, on: date) -> dict[str, str]:
    category, birth_date = applicant.display("category"), applicant.display("birth_date")
    address, place = applicant.display("address"), applicant.display("organisation_address")
    first, *more = category_allowed(policy, category, address, place, on)
    return {
        "eligibility": first,
        **dict(outcome.split(":", 1) for outcome in more),
        "guardian": "required" if needs_guardian(policy, category, birth_date, on) else "not_required",
    }


def _fields(items: Iterable[str]) -> set[str]:
    return {item.removeprefix("field:") for item in items}


def _together(documents: Iterable[Document]) -> list[identity_documents.Document]:
    """The sides of each type as one document: a current address on any side that was said to show it counts.

    What is deleted proves nothing.
    """
    found: dict[str, list[Document]] = {}
    for document in living(documents):
        found.setdefault(document.type, []).append(document)
    return [
        identity_documents.Document(
            type_,
            frozenset(side.side for side in sides),
            any(side.shows_current_address is True for side in sides)
            or all(side.shows_current_address is None for side in sides),
        )
        for type_, sides in found.items()
    ]
