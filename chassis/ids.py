"""Identifiers that sort by time, so that indexes stay compact."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562)."""
    return uuid7()


def parse_id(text: str) -> UUID | None:
    """The UUID that `text` spells in its canonical form, or None."""
    try:
        value = UUID(text)
    except (ValueError, AttributeError):
        return None
    return value if str(value) == text.lower() else None
