"""A case's values for people to read: codes in the policy's words, amendments beside what was applied for."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from rules.identity_documents import document_type
from rules.policy import Policy, Texts, find
from services.review.model.applications import FIELDS, Applicant, Typed
from services.review.model.cases import Document, Field
from services.review.model.decisions import Amended


class KnownDocument(Protocol):
    """A document as the store knows it."""

    @property
    def id(self) -> UUID: ...
    @property
    def type(self) -> str: ...
    @property
    def side(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def warnings(self) -> tuple[str, ...]: ...
    @property
    def shows_current_address(self) -> bool | None: ...
    @property
    def bytes(self) -> int | None: ...
    @property
    def mask(self) -> str | None: ...
    @property
    def deleted_at(self) -> datetime | None: ...
    @property
    def deleted_because(self) -> str | None: ...


def fields_of(policy: Policy, applicant: Applicant, amended: Sequence[Amended]) -> tuple[Field, ...]:
    """Every field of the applicant, then the library's own questions (`extra:<code>`)."""
    registered = {each.field: each.registered for each in amended}
    shown = [_field(policy, name, getattr(applicant, name), registered.get(name)) for name in FIELDS]
    extra = [Field(f"extra:{code}", None, _answer(value)) for code, value in applicant.extra.items()]
    return (*shown, *extra)


def word(policy: Policy, field: str, code: str) -> str:
    """The code in the policy's words, or as it is where it has none."""
    texts = _TEXTS[field](policy, code) if field in _TEXTS else None
    return policy.text(texts, "ja") if texts else code


def document_of(policy: Policy, known: KnownDocument) -> Document:
    named, ruled = policy.document_type(known.type), document_type(policy, known.type)
    side = next((each for each in (ruled.sides if ruled else ()) if each.code == known.side), None)
    return Document(
        id=known.id,
        type=known.type,
        type_name=policy.text(named.name, "ja") if named else known.type,
        side=known.side,
        side_name=policy.text(side.name, "ja") if side else known.side,
        shows_current_address=known.shows_current_address,
        width=known.width,
        height=known.height,
        bytes=known.bytes,
        warnings=known.warnings,
        mask=known.mask,
        deleted_at=known.deleted_at,
        deleted_because=known.deleted_because,
    )


def _field(policy: Policy, name: str, value: Any, registered: str | None) -> Field:
    mended = word(policy, name, registered) if registered is not None else None
    if value is None:
        return Field(name, None, None, mended)
    if isinstance(value, Typed):
        return Field(name, value.raw, value.display, mended)
    if isinstance(value, str):
        return Field(name, value, word(policy, name, value), mended)
    return Field(name, None, value.isoformat(), mended)


def _answer(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, list):
        return "、".join(map(str, value))
    return str(value)


def _category(policy: Policy, code: str) -> Texts | None:
    found = policy.category(code)
    return found.name if found else None


def _branch(policy: Policy, code: str) -> Texts | None:
    found = policy.branch(code)
    return found.name if found else None


def _hold_contact(policy: Policy, code: str) -> Texts | None:
    found = find(policy.hold_contacts, code)
    return found.name if found else None


def _relation(policy: Policy, code: str) -> Texts | None:
    found = find(policy.guardian_relations, code)
    return found.name if found else None


_TEXTS: Mapping[str, Callable[[Policy, str], Texts | None]] = {
    "category": _category,
    "pickup_branch": _branch,
    "hold_contact": _hold_contact,
    "guardian_relation": _relation,
}
